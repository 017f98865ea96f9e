// What devices do with PouchDB: one piece of code for Node and for a page. `open(name)` opens a device's database.
"use strict";

function devices(PouchDB, remote, open) {
  const opened = new Map();
  const device = (name) => opened.get(name) || opened.set(name, open(name)).get(name);
  let copies = 0;
  const empty = () => open("copy" + ++copies);

  async function timed(work) {
    const begun = performance.now();
    const docs = await work();
    return { seconds: (performance.now() - begun) / 1000, docs };
  }

  async function written(db, docs) {
    for (let at = 0; at < docs.length; at += 1000) await db.bulkDocs(docs.slice(at, at + 1000));
    return docs.length;
  }

  // The way of the Community Health Toolkit: the ids first, then the documents in batches, then what came meanwhile.
  async function fetched(db, batch) {
    const { update_seq } = await remote.info();
    const ids = (await remote.allDocs()).rows.map((row) => row.id);
    let docs = 0;
    for (let at = 0; at < ids.length; at += batch) {
      const asked = ids.slice(at, at + batch).map((id) => ({ id }));
      const { results } = await remote.bulkGet({ docs: asked, attachments: true });
      const found = results.map((result) => result.docs[0].ok).filter(Boolean);
      await db.bulkDocs(found, { new_edits: false });
      docs += found.length;
    }
    await db.replicate.from(remote, { since: update_seq });
    return docs;
  }

  const pulled = async (db) => (await db.replicate.from(remote)).docs_written;
  const pushed = async (db) => (await db.replicate.to(remote)).docs_written;

  return {
    fill: (asked) => timed(() => written(remote, asked.docs)),
    write: (asked) => timed(() => written(device(asked.device), asked.docs)),
    copy: () => timed(() => pulled(empty())),
    fetch: () => timed(() => fetched(empty(), 100)),
    push: (asked) => timed(() => pushed(device(asked.device))),
    pull: (asked) => timed(() => pulled(device(asked.device))),
    both: (asked) => timed(async () => (await pushed(device(asked.device))) + (await pulled(device(asked.device)))),
  };
}

if (typeof module !== "undefined") module.exports = devices;
