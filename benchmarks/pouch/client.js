// node client.js URL FOLDER: PouchDB devices on Node, over LevelDB. Connections are kept, as a browser keeps them.
"use strict";

const http = require("http");
const path = require("path");
const PouchDB = require("pouchdb");
const devices = require("./devices");
const answer = require("./lines");

const [url, folder] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const remote = new PouchDB(url, { fetch: (asked, options) => PouchDB.fetch(asked, { ...options, agent }) });
const works = devices(PouchDB, remote, (name) => new PouchDB(path.join(folder, name)));

answer((asked) => works[asked.work](asked)).then(() => process.exit(0));
