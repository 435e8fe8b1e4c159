"""The selection language: `state=drain & gpu.temp>80C`, the same behind `/` on screen and `--select` in scripts."""
