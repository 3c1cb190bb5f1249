extension KeySet {
    static let catalogueSets = [
        catalogue, catalogueMetric, catalogueRange, catalogueDistrict, catalogueDevice, cataloguePlace,
        catalogueOverride,
    ]

    static let catalogue = KeySet(
        "a catalogue",
        schema: "catalogue.schema.json#",
        ["$schema", "metrics", "districts", "devices"],
        later: ["feeds": "Write feeds into the config file."]
    )

    static let catalogueMetric = KeySet(
        "a metric",
        schema: "catalogue.schema.json#/$defs/metric",
        ["id", "title", "unit", "kind", "range", "aliases", "scale", "offset"],
        later: [
            "resolution": "Remove it: values are kept as they come.",
            "rate": "Remove it: only `range` tells what can be true.",
            "stuck-after": "Remove it: a stuck sensor is not noticed.",
        ]
    )

    static let catalogueRange = KeySet(
        "`range`",
        schema: "catalogue.schema.json#/$defs/range",
        ["min", "max"]
    )

    static let catalogueDistrict = KeySet(
        "a district",
        schema: "catalogue.schema.json#/$defs/district",
        ["code", "name", "parent"],
        later: ["polygon": "Remove it: devices say their district themselves."]
    )

    static let catalogueDevice = KeySet(
        "a device",
        schema: "catalogue.schema.json#/$defs/device",
        [
            "id", "type", "district", "place", "labels", "owner", "expected-interval", "grading", "sharing", "metrics",
        ],
        later: ["maker": "Write it as a label: `labels: {maker: …}`."]
    )

    static let cataloguePlace = KeySet(
        "`place`",
        schema: "catalogue.schema.json#/$defs/place",
        ["latitude", "longitude", "area", "geocode"],
        later: ["system": "Convert the coordinates to WGS 84."]
    )

    static let catalogueOverride = KeySet(
        "a metric of a device",
        schema: "catalogue.schema.json#/$defs/override",
        ["metric", "unit", "scale", "offset", "range", "expected-interval"],
        later: ["expires": "Remove it: calibrations do not expire."]
    )
}
