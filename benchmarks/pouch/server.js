// node server.js FOLDER: express-pouchdb over LevelDB on a free port of this computer; prints the port. Under /-/ lies
// the page in which a browser is a device.
"use strict";

const path = require("path");
const express = require("express");
const PouchDB = require("pouchdb");

const PAGE = '<!doctype html><script src="/-/pouchdb.js"></script><script src="/-/devices.js"></script>';
const pouchdb = path.join(path.dirname(require.resolve("pouchdb/package.json")), "dist", "pouchdb.min.js");

const Stored = PouchDB.defaults({ prefix: process.argv[2] + path.sep });
const app = express();
app.get("/-/page", (_asked, answer) => answer.type("html").send(PAGE));
app.get("/-/pouchdb.js", (_asked, answer) => answer.sendFile(pouchdb));
app.get("/-/devices.js", (_asked, answer) => answer.sendFile(path.join(__dirname, "devices.js")));
app.use(require("express-pouchdb")(Stored, { mode: "minimumForPouchDB", inMemoryConfig: true }));
const door = app.listen(0, "127.0.0.1", () => console.log(door.address().port));
