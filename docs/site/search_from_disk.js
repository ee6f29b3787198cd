// Pages opened from a disk may start no workers and load no JSON, so the search of mkdocs does nothing there. This is a worker
// without a thread: it answers search/main.js as search/worker.js does, with an index that hooks.py wrote as a script. Pages
// from a server have it, too, so that there is one search to test.
(function () {
  "use strict";

  function load(script, then) {
    const element = document.createElement("script");
    element.src = base_url + "/search/" + script;
    element.onload = then;
    document.head.appendChild(element);
  }

  window.Worker = class {
    constructor() {
      this.pages = new Map();
    }

    answer(data) {
      this.onmessage({data: data});
    }

    build() {
      const data = JSON.parse(window.search_index);
      const pages = this.pages;
      this.index = lunr(function () {
        this.field("title");
        this.field("text");
        this.ref("location");
        for (const page of data.docs) {
          this.add(page);
          pages.set(page.location, page);
        }
      });
      this.answer({config: data.config});
      this.answer({allowSearch: true});
    }

    find(query) {
      return this.index.search(query).map((found) => {
        const page = this.pages.get(found.ref);
        return {location: page.location, title: page.title, summary: page.text.substring(0, 200)};
      });
    }

    postMessage(message) {
      if (message.init) load("lunr.js", () => load("search_index.js", () => this.build()));
      if (message.query) this.answer({results: this.find(message.query)});
    }
  };
})();
