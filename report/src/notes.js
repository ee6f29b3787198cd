// How the numbers are made, and whose work is in the page.
import { h } from "./dom.js";

/* global LICENCES: put in by build.mjs */

export function notes(campaign) {
  const zero = campaign.data.always_zero;
  return [
    h("ul", {},
      h("li", {}, "Means are over seeds, with 95 % intervals of Student's t. Differences are taken seed by seed to the baseline stack of the same scenario point, and tested by the paired t-test."),
      h("li", {}, "p-values are adjusted by Holm's step-down method within a metric, over all scenario points and stacks that are compared: the chance of even one false finding among all rows of a metric stays below 5 %. Who looks through many metrics looks at as many families."),
      h("li", {}, "Where all seeds give the same difference there is no chance to test; the finding says “exact”. Scenarios that draw nothing at random are such."),
      h("li", {}, "Distributions are the mean over runs of their quantiles at 21 places; quantiles of a run have an error below 1/64."),
      h("li", {}, "Parts of latency are job_time columns over their sum, which is the sum of the latencies of done jobs."),
      h("li", {}, "Series over time are those of one seed; each pool and link has at most 48 bins."),
      h("li", {}, "What runs show is an observation of these runs. Claims about every schedule are made by fencelab check.")),
    zero.length > 0 && h("details", {}, h("summary", {}, `${zero.length} metrics are 0 in every run`), h("p", {}, zero.join(", "))),
    h("details", {}, h("summary", {}, "Licences"), LICENCES.map(({ name, text }) => [h("h3", {}, name), h("pre", {}, text)]), h("p", {}, "All else in this page: Fencelab, Apache-2.0.")),
  ];
}
