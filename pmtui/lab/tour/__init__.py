"""The guided tour: ten steps through the sample shop, each done by the person's own keys.

`steps` is what it says and what must be seen, `stand` what a step is judged by, `tour` how far a person has come;
`guide` opens the labs it needs, `proof` has the explorer look, `memory` remembers who need not be asked again.
"""
