internal import GanzhiModel

// Readings whose series, unit or generation is new.
extension Normaliser {
    /// The names of a reading, and what the table knows about them.
    struct Names {
        let device: NameBytes
        let metric: NameBytes
        let unit: NameBytes
        let hash: UInt32
        let route: Int?
    }

    /// Handles a reading that the fast way cannot: it decides first, and changes the normaliser only once it accepts.
    @inline(never) mutating func admit(
        _ reading: DecodedReading,
        _ buffer: UnsafeRawBufferPointer,
        hash: UInt32,
        _ frame: Frame,
        into batch: inout ReadingBatch
    ) -> Refusal.Reason? {
        let device = Self.bytes(of: reading.device, in: buffer)
        let metric = Self.bytes(of: reading.metric, in: buffer)
        let found = routeTable.number(hash: hash) { isRoute($0, device, metric) }
        let names = Names(
            device: device,
            metric: metric,
            unit: Self.bytes(of: reading.unit, in: buffer),
            hash: hash,
            route: found
        )
        let known = names.route.flatMap { routes[$0].profile == Route.noProfile ? nil : $0 }
        let profile: Profile
        if let known {
            profile = profiles[Int(routes[known].profile)]
        } else {
            profile = self.profile(device: names.device.string, metric: names.metric.string)
        }
        let canonical = canonicalUnits[profile.metric]
        let stated = profile.unit ?? names.unit.string
        let calibration = Self.calibration(profile, from: stated, to: canonical)
        guard !calibration.isMismatch else {
            if let known { remember(calibration, for: names.unit, ofRoute: known) }
            return .unitMismatch
        }
        let value = calibration.apply(reading.value)
        guard value.isFinite else { return .nonFinite }

        let channelHash = self.channelHash(names.device, profile.metric)
        let channel = known.map { Int(routes[$0].channel) } ?? self.channel(names.device, profile.metric, channelHash)
        guard channel != nil || channels.count < maximumChannels else { return .tooManySeries }
        guard reading.time <= frame.latest else { return .clockAhead }

        if canonical == nil, !stated.isEmpty { canonicalUnits[profile.metric] = CanonicalUnit(stated) }
        let number = channel ?? channels.count
        let route = names.route ?? addRoute(names, channel: number)
        if channel == nil { addChannel(names.device, profile.metric, channelHash, route: route, to: &batch) }
        if known == nil {
            routes[route].channel = UInt32(number)
            routes[route].profile = self.number(of: profile)
        }
        remember(calibration, for: names.unit, ofRoute: route)
        append(reading, value, UInt32(number), calibration, frame, to: &batch)
        return nil
    }

    /// What the catalogue says about a metric of a device, by the names that came in.
    func profile(device: String, metric: String) -> Profile {
        let settings = override(device: device, metric: metric)
        let canonical = catalogue.canonicalMetric(settings?.metric ?? metric)
        let definition = catalogue.metric(canonical)
        return Profile(
            metric: canonical,
            unit: settings?.unit,
            scale: settings?.scale ?? definition?.scale ?? 1,
            offset: settings?.offset ?? definition?.offset ?? 0,
            range: settings?.range ?? definition?.range ?? ValueRange()
        )
    }

    func override(device: String, metric: String) -> MetricOverride? {
        guard let overrides = catalogue.device(device)?.metrics, !overrides.isEmpty else { return nil }
        return overrides[metric] ?? overrides[catalogue.canonicalMetric(metric)]
    }

    /// Works out what to do to values in a unit; empty text is the canonical unit.
    static func calibration(
        _ profile: Profile,
        from stated: String,
        to canonical: CanonicalUnit?
    ) -> Calibration {
        var conversion: UnitConversion? = .identity
        var flags: ReadingFlags = []
        if !stated.isEmpty {
            let unit = Unit(stated)
            if unit == nil { flags = .unknownUnit }
            if let canonical, canonical.text != stated {
                conversion = canonical.unit.flatMap { unit?.conversion(to: $0) }
            }
        }
        let (scaling, isMismatch) = (conversion ?? .identity, conversion == nil)
        return Calibration(
            numerator: scaling.numerator,
            denominator: scaling.denominator,
            unitOffset: scaling.offset,
            scale: profile.scale,
            offset: profile.offset,
            minimum: profile.range.min ?? -.infinity,
            maximum: profile.range.max ?? .infinity,
            flags: flags,
            isMismatch: isMismatch
        )
    }

    /// Keeps a calibration as that of the unit seen last; long units are worked out each time.
    mutating func remember(_ calibration: Calibration, for unit: NameBytes, ofRoute route: Int) {
        guard unit.count <= Route.longestUnit else { return }
        if let number = calibrationNumbers[calibration] {
            routes[route].calibration = number
        } else {
            routes[route].calibration = UInt32(calibrations.count)
            calibrationNumbers[calibration] = UInt32(calibrations.count)
            calibrations.append(calibration)
        }
        routes[route].unitLength = UInt8(unit.count)
        routes[route].unit = unit.shortWord
    }

    mutating func number(of profile: Profile) -> UInt32 {
        if let number = profileNumbers[profile] { return number }
        profileNumbers[profile] = UInt32(profiles.count)
        profiles.append(profile)
        return UInt32(profiles.count - 1)
    }

    func channelHash(_ device: NameBytes, _ metric: String) -> UInt32 {
        var metric = metric
        return metric.withUTF8 { bytes in
            let start = bytes.baseAddress.map { UnsafeRawPointer($0) } ?? device.start
            return NameBytes.hash(device, NameBytes(start: start, count: bytes.count), seed: seed)
        }
    }

    func channel(_ device: NameBytes, _ metric: String, _ hash: UInt32) -> Int? {
        channelTable.number(hash: hash) { number in
            let route = Int(channels[number].route)
            return metricNames[Int(channels[number].metric)].utf8.elementsEqual(metric.utf8)
                && Int(routes[route].deviceLength) == device.count
                && withKey(ofRoute: route) { device.equals($0) }
        }
    }

    mutating func addRoute(_ names: Names, channel: Int) -> Int {
        var route = Route(
            channel: UInt32(channel),
            deviceLength: UInt8(names.device.count),
            metricLength: UInt8(names.metric.count)
        )
        let device = UnsafeRawBufferPointer(start: names.device.start, count: names.device.count)
        let metric = UnsafeRawBufferPointer(start: names.metric.start, count: names.metric.count)
        if route.isLong {
            route.key.0 = UInt64(longKeys.count)
            longKeys.append(contentsOf: device)
            longKeys.append(contentsOf: metric)
        } else {
            withUnsafeMutableBytes(of: &route.key) { key in
                key.copyBytes(from: device)
                UnsafeMutableRawBufferPointer(rebasing: key[device.count...]).copyBytes(from: metric)
            }
        }
        routes.reserveOneOnHugePages()
        routes.append(route)
        routeTable.insert(routes.count - 1, hash: names.hash)
        return routes.count - 1
    }

    mutating func addChannel(
        _ device: NameBytes,
        _ metric: String,
        _ hash: UInt32,
        route: Int,
        to batch: inout ReadingBatch
    ) {
        let id = device.string
        // Names count by their bytes; equal strings may differ in them.
        let metricNumber = metricNumbers[Array(metric.utf8)] ?? UInt32(metricNames.count)
        if metricNumber == metricNames.count {
            metricNames.append(metric)
            metricNumbers[Array(metric.utf8)] = metricNumber
        }
        channels.append(
            ChannelRecord(
                route: UInt32(route),
                metric: metricNumber,
                device: Int32(catalogue.deviceIndex(id) ?? -1)
            )
        )
        channelTable.insert(channels.count - 1, hash: hash)
        batch.newChannels.append(Channel(device: id, metric: metric))
    }
}
