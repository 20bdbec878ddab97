"""The mirror: private local copies of the files that a place shows, for reading.

`mirror` lists the place and fetches what is new, by way of `sightings` (what a listing means),
`fetching` (one file, whole or not at all), `unpacking` and `as_of_times`. `folder` and `file_list`
keep the state on the disk, `files` is the mirror as a reader sees it, and `after_reading` archives
or deletes files at the place.
"""
