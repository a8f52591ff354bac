# Links that lead out of the pages, to sources and folders of the checkout, lead to the repository; those that lead to a
# document stay as they are, and mkdocs says if one is gone. Badges, which are pictures of another server, are left out.
import os
import re

BADGE = re.compile(r"^\[!\[[^\]]*\]\(https:[^)]*\)\]\([^)]*\)$", re.MULTILINE)
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)((?:#[^)]*)?)\)")


def on_page_markdown(markdown, page, config, files):
    folder = os.path.dirname(page.file.src_path)
    root = os.path.dirname(os.path.dirname(os.path.abspath(config["config_file_path"])))

    def repository(link):
        target = os.path.normpath(os.path.join(folder, link.group(1)))
        if files.get_file_from_path(target) or not os.path.exists(os.path.join(root, target)):
            return link.group(0)
        return "](%s/blob/main/%s%s)" % (config["repo_url"].rstrip("/"), target, link.group(2))

    return LINK.sub(repository, BADGE.sub("", markdown))
