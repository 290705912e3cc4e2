"""`python -m buttonup` is the command `buttonup`."""

from buttonup.cli import main

main()
