// node server.js FOLDER: express-pouchdb over LevelDB on a free port of this computer; prints the port.
"use strict";

const path = require("path");
const express = require("express");
const PouchDB = require("pouchdb");

const Stored = PouchDB.defaults({ prefix: process.argv[2] + path.sep });
const app = express();
app.use(require("express-pouchdb")(Stored, { mode: "minimumForPouchDB", inMemoryConfig: true }));
const door = app.listen(0, "127.0.0.1", () => console.log(door.address().port));
