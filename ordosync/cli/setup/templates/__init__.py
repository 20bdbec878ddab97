"""Files that `init` and `demo` write."""
