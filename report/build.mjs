// Bundles src/ into dist/report.html, the page that the program carries: one file with its styles, its
// script and the licences of what is in it. `--check` compares with what is checked in and writes nothing.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const read = (...path) => readFileSync(join(root, ...path), "utf8");

async function bundle(entry, loader) {
  const result = await build({
    entryPoints: [join(root, "src", entry)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    charset: "ascii",
    legalComments: "none",
    target: ["es2020"],
    format: loader === "js" ? "iife" : undefined,
    define: { LICENCES: JSON.stringify(licences()) },
  });
  return result.outputFiles[0].text.trimEnd();
}

function licences() {
  const uplot = JSON.parse(read("node_modules", "uplot", "package.json"));
  return [{ name: `uPlot ${uplot.version}`, text: read("node_modules", "uplot", "LICENSE").trim() }];
}

const hash = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

const script = await bundle("main.js", "js");
const style = await bundle("style.css", "css");
for (const [name, text, end] of [["script", script, "</script"], ["style", style, "</style"]])
  if (text.toLowerCase().includes(end)) throw new Error(`the ${name} would end its own element`);

// Functions, because "$&" in a replacement means something.
const page = read("src", "index.html")
  .replace("__SCRIPT_HASH__", () => hash(script))
  .replace("__STYLE_HASH__", () => hash(style))
  .replace("__STYLE__", () => style)
  .replace("__SCRIPT__", () => script);

const target = join(root, "dist", "report.html");
if (process.argv.includes("--check")) {
  if (read("dist", "report.html") !== page) {
    console.error("report/dist/report.html is not what report/src gives: run `npm run build` in report/");
    process.exit(1);
  }
  console.log("report/dist/report.html is what report/src gives");
} else {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, page);
  console.log(`${target}: ${page.length} bytes`);
}
