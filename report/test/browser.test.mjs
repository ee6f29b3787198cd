// The report in a real Chromium, opened from the disk as people open it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { changedReport, madeReport, multiplied } from "./reports.mjs";

let browser, made;
before(async () => {
  made = madeReport();
  browser = await chromium.launch({ executablePath: process.env.FENCELAB_CHROMIUM, args: ["--no-sandbox"] });
});
after(() => browser?.close());

/** Opens a report; what the browser complained of and asked for is collected. */
async function open(path, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
  page.complaints = [];
  page.requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => page.requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  await page.waitForFunction(() => document.documentElement.dataset.ready);
  return page;
}

async function show(page, id) {
  // Sections above are drawn on the way and move it.
  for (let i = 0; i < 2; ++i) {
    await page.evaluate((name) => document.getElementById(name).scrollIntoView(), id);
    await page.waitForFunction((name) => document.querySelector(`#${name} .lazy`)?.childElementCount !== 0, id);
  }
}

const texts = (page, selector) => page.locator(selector).allTextContents();

/** Draws every section and goes through all scenarios. */
async function visitEverything(page) {
  for (const id of await page.evaluate(() => [...document.querySelectorAll("main section")].map((section) => section.id))) await show(page, id);
}

describe("a report", () => {
  it("asks for nothing but itself, and the browser has nothing to complain of", async () => {
    const page = await open(made);
    await visitEverything(page);
    await page.locator("[aria-label='next scenario']").click();
    await visitEverything(page);
    assert.deepEqual(page.complaints, []);
    assert.deepEqual(page.requests.filter((url) => !url.startsWith("data:")), [pathToFileURL(made).href]);
    await page.close();
  });

  it("shows the verdict of each scenario under each stack, filters and sorts them", async () => {
    const page = await open(made);
    const rows = () => page.locator("#verdicts tbody tr").count();
    assert.equal(await rows(), 3);
    await page.getByPlaceholder("scenario or stack").first().fill("culprit");
    assert.equal(await rows(), 1);
    await page.getByPlaceholder("scenario or stack").first().fill("");
    await page.locator("#verdicts").getByRole("combobox", { name: "Verdict", exact: true }).selectOption("deadlock");
    assert.deepEqual(await texts(page, "#verdicts tbody th"), ["async-bind-user-fence"]);
    await page.locator("#verdicts").getByRole("combobox", { name: "Verdict", exact: true }).selectOption("");
    await page.locator("#verdicts").getByRole("combobox", { name: "Order", exact: true }).selectOption("worst");
    assert.equal((await texts(page, "#verdicts tbody th"))[0], "async-bind-user-fence");
    await page.locator("#verdicts").getByLabel("only with unmet expectations").check();
    assert.equal(await rows(), 0);
    await page.close();
  });

  it("has the means of compare.csv, sorted by any column", async () => {
    const page = await open(made);
    await show(page, "comparison");
    const csv = readFileSync(made.replace("report.html", "compare.csv"), "utf8").trim().split("\n").map((line) => line.split(","));
    const expected = csv.filter((row) => row[6] === "makespan_ns").map((row) => row[9]);
    const means = () => page.locator("#comparison tbody td:nth-child(4) > span").evaluateAll((spans) => spans.map((span) => span.title));
    assert.deepEqual((await means()).map(Number), expected.map(Number));
    const head = page.locator("#comparison th", { hasText: "mean" });
    const ascending = [...expected].map(Number).sort((a, b) => a - b);
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    assert.deepEqual((await means()).map(Number), ascending);
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    assert.deepEqual((await means()).map(Number), ascending.reverse());
    await page.locator("#comparison").getByRole("combobox", { name: "Metric", exact: true }).selectOption("jobs_done_count");
    assert.match(await page.locator("#comparison .note").first().textContent(), /GPU jobs done without error/);
    await page.close();
  });

  it("opens a deadlock with the keyboard: its drawing, its story, its commands", async () => {
    const page = await open(made);
    await show(page, "stuck");
    await page.locator("#stuck summary").first().focus();
    await page.keyboard.press("Enter");
    const story = page.locator("#stuck details[open]");
    await story.locator("svg[role=img]").waitFor();
    assert.ok((await story.locator("svg text").count()) > 2);
    assert.match(await story.locator("pre").textContent(), /why no way out/);
    assert.deepEqual(await story.locator("code").allTextContents().then((all) => all.slice(1)), [
      "fencelab run scenarios/library/async-bind-user-fence.json --stack publish-before-value --seeds 1",
      "fencelab run scenarios/library/async-bind-user-fence.json --stack publish-before-value --seeds 1 --trace out.pftrace",
    ]);
    await page.close();
  });

  it("opens a cell with the keyboard, and gives the focus back", async () => {
    const page = await open(made);
    const cell = page.locator("#verdicts .cell").first();
    await cell.focus();
    await page.keyboard.press("Enter");
    assert.ok(await page.locator("dialog[open]").isVisible());
    assert.match(await page.locator("dialog").textContent(), /As expected.*Make it again/s);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    assert.ok(await cell.evaluate((element) => element === document.activeElement));
    await page.close();
  });

  it("hides and shows a line of a plot with the keyboard", async () => {
    const page = await open(made);
    await show(page, "latency");
    await page.locator("#latency canvas").waitFor();
    const picture = () => page.locator("#latency canvas").evaluate((canvas) => canvas.toDataURL());
    const full = await picture();
    const button = page.locator("#latency .legend button").first();
    await button.focus();
    await page.keyboard.press("Space");
    assert.equal(await button.getAttribute("aria-pressed"), "false");
    await page.waitForFunction((old) => document.querySelector("#latency canvas").toDataURL() !== old, full);
    await page.keyboard.press("Space");
    await page.waitForFunction((old) => document.querySelector("#latency canvas").toDataURL() === old, full);
    await page.close();
  });

  it("splits latency into parts that are the whole", async () => {
    const page = await open(made);
    await show(page, "where");
    const sums = await page.locator("#where .stacked").evaluateAll((bars) => bars.map((bar) => [...bar.children].reduce((sum, part) => sum + parseFloat(part.style.width), 0)));
    assert.ok(sums.length > 0);
    for (const sum of sums) assert.ok(Math.abs(sum - 100) < 0.1, `${sum}`);
    await page.close();
  });

  it("marks the stacks that no other beats in both metrics", async () => {
    const page = await open(made);
    await show(page, "pareto");
    await page.locator("#pareto").getByRole("combobox", { name: "Across", exact: true }).selectOption("makespan_ns");
    await page.locator("#pareto").getByRole("combobox", { name: "Up", exact: true }).selectOption("oversync_time_ns");
    const stars = await page.locator("#pareto tbody tr", { hasText: "★" }).locator("th").allTextContents();
    assert.ok(stars.includes("oracle"), stars.join());
    assert.ok(!stars.includes("linux-implicit"), stars.join());
    await page.close();
  });

  for (const colorScheme of ["light", "dark"])
    it(`can be read in a ${colorScheme} scheme`, async () => {
      const page = await open(made, { colorScheme });
      await visitEverything(page);
      // Contrast as WCAG 2 defines it, of texts that are coloured.
      const contrasts = await page.evaluate(() => {
        const channel = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const luminance = (colour) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => sum + weight * channel(Number(colour.match(/[\d.]+/g)[i])), 0);
        const paper = (element) => {
          for (let at = element; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (!/, 0\)$/.test(colour)) return colour;
          }
          return "rgb(255, 255, 255)";
        };
        return [...document.querySelectorAll(".key, .tag, .cell .verdict, .note, .lead, caption, nav a, .finding, .link, td small")].map((element) => {
          const [a, b] = [luminance(getComputedStyle(element).color), luminance(paper(element))].sort((x, y) => y - x);
          return [(a + 0.05) / (b + 0.05), element.className || element.tagName];
        });
      });
      assert.ok(contrasts.length > 30);
      for (const [contrast, what] of contrasts) assert.ok(contrast >= 4.5, `${what}: ${contrast}`);
      const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(dark === "rgb(255, 255, 255)", colorScheme === "light");
      assert.deepEqual(page.complaints, []);
      await page.close();
    });

  it("prints every section, also those that nobody has seen", async () => {
    const page = await open(made);
    const pdf = await page.pdf({ format: "A4", landscape: true });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    assert.equal(await page.locator(".lazy:empty").count(), 0);
    assert.ok((await page.locator("canvas").count()) >= 2);
    await page.close();
  });

  it("takes names for names, whatever they are", async () => {
    const evil = `<img src=x onerror="window.harmed=1"></script><script>window.harmed=1</script>`;
    const nasty = (text) => `${text}${evil}`;
    const path = changedReport(made, "evil.html", (data) => ({
      ...data,
      stacks: data.stacks.map(nasty), names: data.names.map((name) => (name ? nasty(name) : name)), builds: data.builds.map(nasty),
      points: data.points.map((point) => ({ ...point, scenario: nasty(point.scenario), file: nasty(point.file) })),
      stuck: { ...data.stuck, drawings: data.stuck.drawings.map((svg) => svg.replace("<g ", `<script>window.harmed=1</script><image href="x" onerror="window.harmed=1"/><a href="javascript:harmed=1"><text onclick="harmed=1">x</text></a><g onload="window.harmed=1" `)) },
    }));
    const page = await open(path);
    await visitEverything(page);
    await page.locator("#stuck summary").first().click();
    await page.locator("#stuck details[open] svg").waitFor();
    await page.locator("#verdicts .cell").first().click();
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    assert.equal(await page.locator("img, image, svg a, svg script, [onerror], [onload], [onclick]").count(), 0);
    assert.match(await page.locator("#verdicts tbody th").first().textContent(), /<img src=x onerror/);
    // Reading such a drawing is enough for the browser to say that its policy held.
    assert.deepEqual(page.complaints.filter((text) => !text.includes("Content Security Policy")), []);
    await page.close();
  });

  it("is usable with 200 scenarios, 8 stacks and 30 seeds", async (test) => {
    const path = changedReport(made, "large.html", (data) => multiplied(data, 200, 8));
    const page = await open(path);
    const ready = await page.evaluate(() => Number(document.documentElement.dataset.ready));
    test.diagnostic(`${(statSync(path).size / 1e6).toFixed(1)} MB, ready after ${ready} ms`);
    assert.ok((await page.locator("*").count()) < 20000, "lists are drawn piece by piece");
    assert.equal(await page.locator("#verdicts tbody tr").count(), 100);
    await page.locator("#verdicts").getByRole("button", { name: "Show all 200 scenarios" }).click();
    assert.equal(await page.locator("#verdicts tbody tr").count(), 200);
    await visitEverything(page);
    await page.locator("#comparison th", { hasText: "mean" }).getByRole("button").click();
    await page.getByRole("combobox", { name: "Scenario in focus", exact: true }).selectOption("199");
    await show(page, "pareto");
    await page.locator("#pareto").getByRole("combobox", { name: "Of", exact: true }).selectOption("all");
    assert.equal(await page.locator("#pareto tbody tr").count(), 8);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });
});
