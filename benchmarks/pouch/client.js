// node client.js URL FOLDER: PouchDB devices that do what each line of standard input asks, and answer with a line:
// {"seconds", "docs"}. What is timed is the replication alone.
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");
const PouchDB = require("pouchdb");

const [url, folder] = process.argv.slice(2);
const remote = new PouchDB(url);
const devices = new Map();
let copies = 0;

function device(name) {
  if (!devices.has(name)) devices.set(name, new PouchDB(path.join(folder, name)));
  return devices.get(name);
}

async function timed(work) {
  const begun = process.hrtime.bigint();
  const docs = await work();
  return { seconds: Number(process.hrtime.bigint() - begun) / 1e9, docs };
}

const written = async (db, file) => {
  const found = JSON.parse(fs.readFileSync(file, "utf8"));
  for (let at = 0; at < found.length; at += 1000) await db.bulkDocs(found.slice(at, at + 1000));
  return found.length;
};
const pulled = async (db) => (await db.replicate.from(remote)).docs_written;
const pushed = async (db) => (await db.replicate.to(remote)).docs_written;

const works = {
  fill: (asked) => timed(() => written(remote, asked.file)),
  write: (asked) => timed(() => written(device(asked.device), asked.file)),
  copy: () => timed(() => pulled(device("copy" + ++copies))),
  push: (asked) => timed(() => pushed(device(asked.device))),
  pull: (asked) => timed(() => pulled(device(asked.device))),
  both: (asked) => timed(async () => (await pushed(device(asked.device))) + (await pulled(device(asked.device)))),
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    try {
      console.log(JSON.stringify(await works[asked.work](asked)));
    } catch (error) {
      console.log(JSON.stringify({ error: String(error) }));
    }
  }
  process.exit(0);
})();
