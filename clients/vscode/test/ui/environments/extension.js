const { readFileSync } = require("node:fs");
const { commands, EventEmitter } = require("vscode");

exports.activate = (context) => {
  const changed = new EventEmitter();
  context.subscriptions.push(commands.registerCommand("environments.changed", () => changed.fire({})));
  return {
    onDidChangeEnvironment: changed.event,
    getEnvironment: async () => ({ execInfo: { run: { executable: readFileSync(process.env.HEXGUARD_SELECTED, "utf8") } } }),
  };
};
