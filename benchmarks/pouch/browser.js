// node browser.js URL FOLDER CHROMIUM: PouchDB devices in a page of a headless browser, over its IndexedDB. The page
// comes from the same server as the database.
"use strict";

const puppeteer = require("puppeteer-core");
const answer = require("./lines");

const [url, folder, chromium] = process.argv.slice(2);
const MINUTES = 60_000;

(async () => {
  const browser = await puppeteer.launch({
    executablePath: chromium,
    headless: true,
    userDataDir: folder,
    protocolTimeout: 20 * MINUTES,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"],
  });
  const page = await browser.newPage();
  await page.goto(new URL("/-/page", url).href);
  await page.evaluate((url) => {
    window.works = devices(PouchDB, new PouchDB(url), (name) => new PouchDB(name));
  }, url);
  await answer((asked) => page.evaluate((asked) => window.works[asked.work](asked), asked));
  await browser.close();
  process.exit(0);
})();
