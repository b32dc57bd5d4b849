# Stand-in for `bkcli initdata`: one function per module.
