"""The pages, one file each; every file gives its blueprint with `page(…)`."""
