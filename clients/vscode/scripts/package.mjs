// Packages the extension with a wheel of the server: node scripts/package.mjs [FILE.vsix]
// PYTHON names the interpreter that builds the wheel; by default the one of the repository's .venv, else python3.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";

const here = resolve(import.meta.dirname, "..");
const repository = resolve(here, "..", "..");
const { name, version, homepage } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
const target = resolve(process.argv[2] ?? join(here, `${name}-${version}.vsix`));
const bundled = join(here, "bundled");

await rm(bundled, { recursive: true, force: true });
await mkdir(bundled);
const python = process.env.PYTHON ?? [join(repository, ".venv", "bin", "python"), "python3"].find((path) => path === "python3" || existsSync(path));
// Where the build backend is installed, nothing has to be downloaded.
const hasBackend = spawnSync(python, ["-c", "import hatchling"], { stdio: "ignore" }).status === 0;
run(python, ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", ...(hasBackend ? ["--no-build-isolation"] : []), "--wheel-dir", bundled, repository]);
if (!existsSync(join(bundled, `hexguard-${version}-py3-none-any.whl`))) {
  throw new Error(`the wheel of Hexguard ${version} was not built; run \`make docs\` if the version of the server is another`);
}
await copyFile(join(repository, "LICENSE"), join(here, "LICENSE"));
for (const picture of ["finding", "fixes", "rule"]) {
  await copyFile(join(repository, "docs", "images", `vscode-${picture}.png`), join(here, "walkthrough", `${picture}.png`));
}
run(process.execPath, [join(here, "scripts", "build.mjs")]);
const bases = ["--baseContentUrl", `${homepage}/blob/HEAD/clients/vscode`, "--baseImagesUrl", `${homepage}/raw/HEAD/clients/vscode`];
run(process.execPath, [join(here, "node_modules", "@vscode", "vsce", "vsce"), "package", "--no-dependencies", ...bases, "--out", target]);

function run(command, parameters) {
  const { status, error } = spawnSync(command, parameters, { cwd: here, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) {
    throw error ?? new Error(`${command} ended with ${status}`);
  }
}
