"""Looks at a run, or any dataset that `check` reads, in a web browser on this machine.

    sources   what is looked at: a run's folder, or a file
    index/    what lists, filters and searches need of each sample, in an SQLite file beside the run
    filters   which samples are wanted: a record, an address, a query
    pages/    one page each: what its template is given
    sample/   the page of one sample
    guard     who may ask: this machine, with the token
    app       the routes
    command   `buttonup view`

Everything that models and datasets say is hostile text: templates escape it, no page has a script
or a style in it, and nothing is fetched from elsewhere (docs/view.md).
"""
