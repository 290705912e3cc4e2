"""A phrase book made from names and descriptions, where nobody has written one.

The verb phrase of a function is the first sentence of its description, where that begins with a
verb, and else its name. Values are said with the name of their parameter: "order ID O-1001". It is
plain English, and stiff; a model can reword the requests (`rewrite`). Descriptions are untrusted
text: one sentence of them is said, without braces and control characters, and nothing obeys it.
"""
