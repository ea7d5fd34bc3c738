// Opens a copy of the sample shop in VS Code on loopback, for a person with a browser, until it is interrupted.
import { rmSync } from "node:fs";
import { Editor } from "./harness.mjs";

const port = Number(process.env.PORT ?? 8080);
const settings = { "hexguard.interpreter": [process.env.HEXGUARD_PYTHON] };
const editor = await Editor.start({ settings, port, browser: false });
console.log(`Open ${editor.address}?folder=${encodeURIComponent(editor.project())}`);
console.log("It is a copy, which goes when this ends. Press Ctrl+C to end.");
process.once("exit", () => rmSync(editor.folder, { recursive: true, force: true }));
