public import GanzhiModel

extension CitySettings {
    /// The city of the demonstration: sixty devices, a reading a second each, weather sixty times as fast.
    ///
    /// The storm reaches the first district after some ten seconds and has left the last after about eighty; the
    /// worst underpasses pass 40 cm within the first minute and are drained within four. It comes back every eight
    /// minutes. A little of everything that is wrong in the field is in it: disorder up to 1.5 s, duplicates,
    /// gaps, one bad clock, bad payloads.
    ///
    /// - Throws: ``Problem`` where `start` cannot work.
    public static func demo(
        start: Timestamp,
        seed: UInt64 = 1,
        duration: TimeSpan? = nil
    ) throws(Problem) -> CitySettings {
        try CitySettings(
            devices: 60,
            interval: .seconds(1),
            seed: seed,
            start: start,
            duration: duration,
            pace: 60,
            disorder: .milliseconds(1500),
            duplicateShare: 0.01,
            gapShare: 0.01,
            badClockShare: 0.02,
            badPayloadShare: 0.005
        )
    }
}
