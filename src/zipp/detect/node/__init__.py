"""What npm projects are: pages that are built, servers, server rendering."""
