"""What can be known of a running app, without a screen: frozen snapshots (`snapshot`), pages of logs and journals
(`pages`), one thing looked at closely (`closeup`), what is found in logs of any length (`finding`), what a session can
be asked (`session`), and the words for it all (`words`, `consequence`). Everything that came from data has been through
`safe()` by then."""
