"""What mkdocs is told beyond mkdocs.yml: patterns in the navigation, that no page is left out of it, files beside docs/ that
pages link to, a search that works without a server; and that links meet headings and nothing comes from a network."""
import fnmatch
import html.parser
import json
import os.path
import pathlib
import re

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

LINK = re.compile(r"\]\(([^()#\s]+)")


def expand(nav, pages):
    """`nav` with each pattern replaced by the pages that it fits, of which there may be none."""
    expanded = []
    for item in nav:
        if isinstance(item, str):
            expanded += sorted(fnmatch.filter(pages, item)) if "*" in item else [item]
            continue
        (title, below), = item.items()
        if isinstance(below, list) or "*" in below:
            below = expand(below if isinstance(below, list) else [below], pages)
        if below:
            expanded.append({title: below})
    return expanded


def listed(nav):
    """All pages of an expanded navigation."""
    for item in nav:
        if isinstance(item, str):
            yield item
        else:
            for below in item.values():
                yield from listed([below] if isinstance(below, str) else below)


def on_config(config):
    folder = pathlib.Path(config["docs_dir"])
    pages = [str(page.relative_to(folder)) for page in folder.rglob("*.md")]
    config["nav"] = expand(config["nav"], pages)
    left_out = sorted(set(pages) - set(listed(config["nav"])))
    if left_out:
        raise PluginError("not in the navigation of mkdocs.yml: " + ", ".join(left_out))
    return config


def on_files(files, config):
    """What makes the site is no part of it."""
    ours = [file for file in files if file.src_uri.endswith((".pyc", "theme/main.html")) or file.src_uri == "site/hooks.py"]
    for file in ours:
        files.remove(file)
    return files


def on_page_markdown(markdown, page, config, files):
    """Files of the tree beside docs/ that the page links to become files of the site, under tree/."""
    root = pathlib.Path(config["config_file_path"]).parent
    docs = os.path.relpath(config["docs_dir"], root)
    here = os.path.dirname(page.file.src_uri)

    def into_site(link):
        path = os.path.normpath(os.path.join(docs, here, link[1]))
        if ":" in link[1] or path.startswith(docs + os.sep) or not (root / path).is_file():
            return link[0]
        # mkdocs would take another .md for a page.
        name = "tree/" + path + (".txt" if path.endswith(".md") else "")
        if files.get_file_from_path(name) is None:
            file = File(name, str(root), config["site_dir"], config["use_directory_urls"])
            file.abs_src_path = str(root / path)
            files.append(file)
        return "](" + os.path.relpath(name, here or ".")

    return LINK.sub(into_site, markdown)


class Page(html.parser.HTMLParser):
    """What a page of the site has (ids), links to (its own site only), and loads from elsewhere."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.foreign = {""}, [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids |= {values.get("id"), values.get("name")}
        link = values.get("href") or values.get("src") or ""
        if not re.match(r"[a-z]+:|//", link):
            self.links.append(link)
        elif tag != "a":
            self.foreign.append(link)


def mistakes(site):
    """Links of the site to files and headings that are not there, and what its pages would load from a network."""
    pages = {path: Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    for path, page in pages.items():
        for link in page.foreign:
            yield f"{path.relative_to(site)} loads {link}"
        for link in page.links:
            name, _, anchor = link.partition("#")
            target = pathlib.Path(os.path.normpath(path.parent / name)) if name else path
            if not target.is_file():
                yield f"{path.relative_to(site)} links to {link}: no such file"
            elif target in pages and anchor not in pages[target].ids:
                yield f"{path.relative_to(site)} links to {link}: no such heading"


def on_post_build(config):
    """The index of the search also as a script: browsers let pages on a disk load scripts, not JSON."""
    site = pathlib.Path(config["site_dir"])
    index = (site / "search/search_index.json").read_text(encoding="utf-8")
    script = "window.search_index = " + json.dumps(index) + ";\n"
    (site / "search/search_index.js").write_text(script, encoding="utf-8")
    found = list(mistakes(site))
    if found:
        raise PluginError("\n".join(found))
