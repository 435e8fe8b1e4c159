"""Which rule speaks of which kind of component, and what to do about what it finds. Keys are the kinds' own words."""

RULE = {
    "leak-detector": "leak",
    "cdu": "cooling",
    "loop": "cooling",
    "reservoir": "cooling",
    "valve": "cooling",
    "connector": "cooling",
    "filter": "filter",
    "pump": "pump",
    "fan": "fan",
    "power-shelf": "power",
    "pdu": "power",
    "power-supply": "power-supply",
    "outlet": "outlet",
    "circuit": "breaker",
    "breaker": "breaker",
    "branch": "breaker",
    "switch": "fabric",
    "link": "fabric",
    "nvlink-domain": "fabric",
}

ADVICE = {
    "leak": "send somebody; drain what it hits before the controller cuts its power",
    "cooling": "look at flow, supply temperature and level; drain before GPUs throttle or trip",
    "filter": "change the filter; its pumps work against it until then",
    "pump": "its partner carries the loop alone: replace it before that one fails",
    "fan": "replace it",
    "thermal": "look at the valve and the flow of its branch; drain before GPUs throttle or trip",
    "power": "check its feeds; what it powers has lost its reserve",
    "power-supply": "replace it; the shelf runs with less reserve",
    "outlet": "find out who switched it off before switching it on",
    "breaker": "find what tripped it before closing it again",
    "fabric": "look at its ports; jobs across it will slow down",
}
