// Writes each program of README.md to test/README.N.ts and its output to
// build/README.N.txt, for tsc to compile and readme.test.ts to run. The address
// is replaced by that of the test's server.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../", import.meta.url);
const readme = readFileSync(new URL("README.md", folder), "utf8");
mkdirSync(new URL("build/", folder), { recursive: true });
let n = 0;
for (const [, program, output] of readme.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)) {
  n++;
  const addressed = program
    .replace('"http://127.0.0.1:9090"', '"http://" + process.env.STATUSMAP_GRPC')
    .replace('"127.0.0.1:9090"', "String(process.env.STATUSMAP_GRPC)");
  writeFileSync(new URL(`test/README.${n}.ts`, folder), addressed);
  writeFileSync(new URL(`build/README.${n}.txt`, folder), output);
}
if (n !== readme.split("```ts\n").length - 1) {
  throw new Error("README.md has a program without its output");
}
