public import GanzhiModel

extension Normaliser {
    /// Channels so far; their numbers are below it.
    public var channelCount: Int { channels.count }

    /// Whether the catalogue knows the device of a channel.
    ///
    /// - Complexity: One array access.
    public func isKnownDevice(_ channel: UInt32) -> Bool { channels[Int(channel)].device >= 0 }

    /// The device of a channel as the catalogue describes it; `nil` where it is unknown.
    public func device(of channel: UInt32) -> DeviceDefinition? {
        let index = channels[Int(channel)].device
        return index < 0 ? nil : catalogue.devices[Int(index)]
    }

    /// The names of a channel.
    public func channel(_ number: UInt32) -> Channel {
        let record = channels[Int(number)]
        return Channel(device: names(ofRoute: Int(record.route)).device, metric: metricNames[Int(record.metric)])
    }

    /// The longest wait between two readings of a channel: its override's, else its device's; `nil` where none is known.
    public func expectedInterval(of channel: UInt32) -> TimeSpan? {
        guard let device = device(of: channel) else { return nil }
        let record = channels[Int(channel)]
        let incoming = names(ofRoute: Int(record.route)).metric
        let isCurrent = profile(device: device.id, metric: incoming).metric == metricNames[Int(record.metric)]
        let own = isCurrent ? override(device: device.id, metric: incoming)?.expectedInterval : nil
        return own ?? device.expectedInterval
    }

    /// The canonical unit of a metric: the catalogue's, else the first it was seen with; `nil` where neither is known.
    public func unit(ofMetric metric: String) -> String? { canonicalUnits[metric]?.text }

    /// The canonical unit of a channel's metric.
    public func unit(of channel: UInt32) -> String? { unit(ofMetric: metricNames[Int(channels[Int(channel)].metric)]) }
}
