"""Where functions come from and run.

door          one call in, its result out; executed (a world), simulated (a model)
source        a user's own tools: how each kind reads and is called; sources/ has the kinds
definitions/  what is read of a tool, what is doubtful in it, and better words
learning/     what is learned beyond that, by reading it and by calling what reads
wording/      how its requests and results are said
own/          all of it put together: a world that is planned over and run like any other
"""
