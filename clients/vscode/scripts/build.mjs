// Bundles the extension into one file, with the licenses of what is in it; `--watch` goes on doing so.
// With `--tests`, bundles the tests that run inside VS Code instead.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { context } from "esbuild";

const isWatching = process.argv.includes("--watch");
const isForTests = process.argv.includes("--tests");
const build = await context({
  entryPoints: [isForTests ? "test/host/suite.ts" : "src/extension.ts"],
  outfile: isForTests ? "dist/test/suite.js" : "dist/extension.js",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  minify: !isWatching && !isForTests,
  sourcemap: isWatching,
  metafile: true,
  logLevel: "warning",
});
if (isWatching) {
  await build.watch();
} else {
  const { metafile } = await build.rebuild();
  if (!isForTests) {
    await writeFile("dist/LICENSES.txt", await licenses(Object.keys(metafile.inputs)));
  }
  await build.dispose();
}

async function licenses(inputs) {
  const packages = inputs.map((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const texts = [...new Set(packages.filter(Boolean))].sort().map(async (folder) => {
    const name = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
    if (!name) {
      throw new Error(`${folder} has no license`);
    }
    return `${folder.replace("node_modules/", "")}\n\n${(await readFile(join(folder, name), "utf8")).trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}
