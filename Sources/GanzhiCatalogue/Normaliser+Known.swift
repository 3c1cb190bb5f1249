internal import CGanzhi
internal import GanzhiModel

// Readings whose series and unit are known: nearly all of them.
extension Normaliser {
    /// How far the readings of a call are normalised.
    struct Progress {
        /// The arrival of the reading at hand.
        var arrival = -1
        /// Index behind its last reading.
        var end: Int
        var frame = Frame(received: .never, latest: .never)

        /// Moves on to the arrival of a reading.
        @inline(__always)
        mutating func move(to index: Int, in arrivals: UnsafeMutableBufferPointer<Arrival>) {
            while index >= end {
                arrival &+= 1
                end &+= arrivals[arrival].count
                frame = Frame(arrivals[arrival])
            }
        }
    }

    /// Where the search for a reading's route stands.
    struct Probe {
        /// Readings that are searched for together; the probes of so many fit on the stack.
        static let slice = 64

        var hash: UInt32
        /// A route with that hash, or negative where there is none.
        var candidate: Int32
    }

    /// Finds what routes up to 64 readings may have: first all hashes, then all candidates, each time asking for the
    /// memory that is needed next, so that the processor waits for many readings at once.
    @inline(never)
    func find(
        _ readings: Slice<UnsafeBufferPointer<DecodedReading>>,
        _ names: UnsafeRawBufferPointer,
        in probes: UnsafeMutableBufferPointer<Probe>
    ) {
        let readings = UnsafeBufferPointer(rebasing: readings)
        routeTable.withLookup { table in
            for index in 0..<readings.count {
                var hash: UInt32 = 0
                if Self.isAcceptable(readings[index]) {
                    let device = Self.bytes(of: readings[index].device, in: names)
                    hash = NameBytes.hash(device, Self.bytes(of: readings[index].metric, in: names), seed: seed)
                }
                table.prefetch(hash: hash)
                probes.initializeElement(at: index, to: Probe(hash: hash, candidate: -1))
            }
            routes.withUnsafeBufferPointer { routes in
                guard let base = routes.baseAddress else { return }
                for index in 0..<readings.count {
                    let candidate = table.candidate(hash: probes[index].hash)
                    probes[index].candidate = candidate
                    guard candidate >= 0 else { continue }
                    // A route has the size of a cache line, but an array does not begin with one.
                    let route = UnsafeRawPointer(base + Int(candidate))
                    ganzhi_prefetch(route)
                    ganzhi_prefetch(route + (MemoryLayout<Route>.size - 1))
                }
            }
        }
    }

    /// Normalises readings up to the first that is new in some way, or to be refused.
    ///
    /// - Returns: Its index, or the end of the slice.
    @inline(never)
    func normaliseKnown(
        _ slice: Slice<UnsafeBufferPointer<DecodedReading>>,
        from start: Int,
        _ names: UnsafeRawBufferPointer,
        _ probes: UnsafeMutableBufferPointer<Probe>,
        _ arrivals: UnsafeMutableBufferPointer<Arrival>,
        _ progress: inout Progress,
        into target: inout [Reading]
    ) -> Int {
        let readings = slice.base
        let end = slice.endIndex
        let firstProbe = slice.startIndex
        var moving = progress
        var index = start
        routes.withUnsafeBufferPointer { routes in
            calibrations.withUnsafeBufferPointer { calibrations in
                longKeys.withUnsafeBytes { longKeys in
                    target.append(addingCapacity: end - start) { span in
                        span.withUnsafeMutableBufferPointer { room, written in
                            var next = room.baseAddress.unsafelyUnwrapped
                            while index < end {
                                moving.move(to: index, in: arrivals)
                                let reading = readings.baseAddress.unsafelyUnwrapped + index
                                let candidate = Int(probes[index &- firstProbe].candidate)
                                guard candidate >= 0, Self.isAcceptable(reading.pointee) else { break }
                                let route = routes.baseAddress.unsafelyUnwrapped + candidate
                                guard Self.isRoute(route, of: reading, names, longKeys),
                                    Self.isUnit(route, of: reading, names)
                                else { break }
                                let calibration =
                                    calibrations.baseAddress.unsafelyUnwrapped + Int(route.pointee.calibration)
                                let value = calibration.pointee.apply(reading.pointee.value)
                                guard !calibration.pointee.isMismatch, value.isFinite,
                                    reading.pointee.time <= moving.frame.latest
                                else { break }
                                Self.write(value, reading, route.pointee.channel, calibration, moving.frame, to: next)
                                next += 1
                                arrivals[moving.arrival].accepted &+= 1
                                index &+= 1
                            }
                            written = index - start
                        }
                    }
                }
            }
        }
        progress = moving
        return index
    }

    @inline(__always)
    private static func isRoute(
        _ route: UnsafePointer<Route>,
        of reading: UnsafePointer<DecodedReading>,
        _ names: UnsafeRawBufferPointer,
        _ longKeys: UnsafeRawBufferPointer
    ) -> Bool {
        let device = bytes(of: reading.pointee.device, in: names)
        let metric = bytes(of: reading.pointee.metric, in: names)
        guard Int(route.pointee.deviceLength) == device.count, Int(route.pointee.metricLength) == metric.count else {
            return false
        }
        var key = UnsafeRawPointer(route)
        if route.pointee.isLong { key = longKeys.baseAddress.unsafelyUnwrapped + Int(route.pointee.key.0) }
        return device.equals(key) && metric.equals(key + device.count)
    }

    /// Whether a reading has the unit that its route had last.
    @inline(__always)
    private static func isUnit(
        _ route: UnsafePointer<Route>,
        of reading: UnsafePointer<DecodedReading>,
        _ names: UnsafeRawBufferPointer
    ) -> Bool {
        let unit = bytes(of: reading.pointee.unit, in: names)
        return unit.count <= Route.longestUnit && Int(route.pointee.unitLength) == unit.count
            && route.pointee.unit == unit.shortWord
    }

    @inline(__always)
    private static func write(
        _ value: Double,
        _ reading: UnsafePointer<DecodedReading>,
        _ channel: UInt32,
        _ calibration: UnsafePointer<Calibration>,
        _ frame: Frame,
        to target: UnsafeMutablePointer<Reading>
    ) {
        var flags = reading.pointee.flags.rawValue & ~frame.unknownUnit.rawValue | calibration.pointee.flags.rawValue
        var time = reading.pointee.time
        if time == frame.never {
            time = frame.received
            flags |= frame.arrivalTime.rawValue
        }
        var quality = reading.pointee.quality
        if value < calibration.pointee.minimum || value > calibration.pointee.maximum {
            quality = .bad
            flags |= frame.overRange.rawValue
        }
        target.initialize(
            to: Reading(
                channel: channel,
                time: time,
                value: value,
                quality: quality,
                flags: ReadingFlags(rawValue: flags)
            )
        )
    }
}
