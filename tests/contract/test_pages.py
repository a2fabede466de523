"""Pages are played line by line, and a page that says something else is found out."""

from tests.contract.pages import _alike, steps

PAGE = """
```console
$ cat > x <<'END'
a, "b
END
$ echo one \\
    two |
    cat
one two
$ ls
```
"""


def test_a_command_ends_where_a_shell_would_run_it() -> None:
    found = list(steps(PAGE))
    assert [step.typed for step in found] == ["cat > x <<'END'\na, \"b\nEND", "echo one \\\n    two |\n    cat", "ls"]
    assert [step.told for step in found] == [[], ["one two"], []]


def test_what_is_another_each_time_may_be_another() -> None:
    assert _alike(
        '{"reference":"PLU-4S7Q-1M2R-90XF","at":"2026-11-22T04:02:27Z"}',
        '{"reference":"PLU-0000-1111-2222","at":"2026-01-01T00:00:00.5Z"}',
    )
    assert _alike("…\nreply POST body\n…", "a\nreply POST body\nb\n")
    assert not _alike('{"priority":"high"}', '{"priority":"low"}')
    assert not _alike("one", "one\ntwo")
