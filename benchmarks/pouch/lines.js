// Does what each line of standard input asks and answers with a line: {"seconds", "docs"}. What is timed is the
// replication alone. Documents to write are in a file.
"use strict";

const fs = require("fs");
const readline = require("readline");

module.exports = async function answer(work) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { file, ...asked } = JSON.parse(line);
    if (file) asked.docs = JSON.parse(fs.readFileSync(file, "utf8"));
    try {
      console.log(JSON.stringify(await work(asked)));
    } catch (error) {
      console.log(JSON.stringify({ error: String(error) }));
    }
  }
};
