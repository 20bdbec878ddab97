"""Places: folders of files on other machines, over SFTP, FTPS or HTTPS.

`place.py` is the contract, `options.py` the configuration. Files that are read come through the
mirror, a private local folder; files that are written are finished locally and then handed over.
"""
