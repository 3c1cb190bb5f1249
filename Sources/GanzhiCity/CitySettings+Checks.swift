import GanzhiModel

extension CitySettings {
    static func check<Value: Comparable>(
        _ name: String,
        _ value: Value,
        in allowed: ClosedRange<Value>
    ) throws(Problem) {
        guard allowed.contains(value) else {
            throw Problem(
                message: "The \(name) setting is \(value), outside of what the city can do.",
                remedy: "Use a value from \(allowed.lowerBound) to \(allowed.upperBound)."
            )
        }
    }

    static func check(share name: String, _ value: Double, most: Double = 1) throws(Problem) {
        // A NaN is outside of every range.
        guard (0...most).contains(value) else {
            throw Problem(
                message: "The share of \(name) is \(value), but it must be from 0 to \(most).",
                remedy: "Use a share, for example 0.01 for one per cent."
            )
        }
    }

    static func check(_ districts: [CityDistrict]) throws(Problem) {
        guard !districts.isEmpty, districts.count <= 1000 else {
            throw Problem(
                message: "The city has \(districts.count) districts.",
                remedy: "Give from 1 to 1000 districts."
            )
        }
        var seen: Set<String> = []
        for district in districts {
            guard !district.code.isEmpty, TopicName.level(district.code) == district.code else {
                throw Problem(
                    message: "The district code “\(district.code)” cannot be a level of a topic.",
                    remedy: "Use a GB/T 2260 code, for example 330106."
                )
            }
            guard seen.insert(district.code).inserted else {
                throw Problem(
                    message: "The district code \(district.code) is given twice.",
                    remedy: "Give each code once."
                )
            }
            guard max(abs(district.east), abs(district.north)) <= 500 else {
                throw Problem(
                    message: "District \(district.code) lies more than 500 km from the city's centre.",
                    remedy: "Give its place in km east and north of the centre."
                )
            }
        }
    }

    static func check(_ storm: Storm) throws(Problem) {
        try check("storm's begin", storm.begins, in: .zero...TimeSpan.longest)
        try check("storm's every", storm.every, in: .minutes(1)...TimeSpan.longest)
        try check("storm's peak in mm/h", storm.peak, in: 0...500)
        try check("storm's radius in km", storm.radius, in: 0.1...500)
        try check("storm's speed in km/h", storm.speed, in: 0.1...200)
        for point in [storm.from, storm.to] {
            guard max(abs(point.east), abs(point.north)) <= 1000 else {
                throw Problem(
                    message: "The storm's track leaves the map of 1000 km around the city's centre.",
                    remedy: "Give its ends in km east and north of the centre."
                )
            }
        }
        guard storm.from != storm.to else {
            throw Problem(
                message: "The storm starts where it ends, so it has no track.",
                remedy: "Give two different places."
            )
        }
    }

    static func check(topicRoot: String) throws(Problem) {
        let levels = topicRoot.split(separator: "/", omittingEmptySubsequences: false)
        guard topicRoot.utf8.count <= 200, !topicRoot.hasPrefix("$"),
            levels.allSatisfy({ !$0.isEmpty && TopicName.level(String($0)) == $0 })
        else {
            throw Problem(
                message: "The topic root “\(topicRoot)” cannot begin a topic to publish to.",
                remedy: "Use names without + # % or control characters, joined by /, for example ganzhi/v1."
            )
        }
    }
}
