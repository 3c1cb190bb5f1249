/// A small city for the tests of the daemon: depths in underpasses, judged every second.
enum Underpass {
    /// Devices d1 to d99 in a district, in centimetres.
    static let catalogue = """
        metrics:
          - {id: water_level, unit: cm}
        districts:
          - {code: 330106, name: Xihu}
          - {code: 330108, name: Binjiang}
        devices:
          - {id: d1, district: 330106, owner: water-affairs}
          - {id: d2, district: 330108}

        """

    /// Blue from 10 cm on, yellow from 20, red from 40, over once it was below 5 cm for two seconds.
    static func scenario(
        _ id: String = "underpass",
        stage: String = "online",
        blue: Int = 10,
        time: String = "{every: 1s}"
    ) -> String {
        """
        scenario: \(id)
        title: {en: Underpass flooding, zh-Hans: 下穿隧道积水}
        stage: \(stage)
        watch: {metric: water_level, per: device}
        time: \(time)
        measures:
          depth: mean(1s)
          samples: count(1s)
          total: sum(1s)
        levels:
          blue: {when: depth >= \(blue) cm}
          yellow: {when: depth >= 20 cm}
          red: {when: depth >= 40 cm and samples > 0 and total > 0 cm}
        clear: {when: depth < 5 cm, for: 1s}

        """
    }
}
