import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel

extension Pipeline {
    /// Normalises what the blocks of the batch hold, and books what is refused.
    ///
    /// - Returns: Metrics whose unit became known, each with the index of the block that told it.
    mutating func normalise() -> [(block: Int, metric: String)] {
        refusals.removeAll(keepingCapacity: true)
        var learned: [(block: Int, metric: String)] = []
        if unboundMetrics.isEmpty {
            normaliser.normalise(batch.decoded, &batch.arrivals, into: &batch.readings, refusals: &refusals)
        } else {
            // Which block tells a unit matters now: ladders are compiled when that block is judged, and not before.
            var first = 0
            for block in batch.blocks.indices {
                var arrival = [batch.arrivals[block]]
                normaliser.normalise(
                    batch.decoded,
                    from: first,
                    &arrival,
                    into: &batch.readings,
                    refusals: &refusals
                )
                batch.arrivals[block] = arrival[0]
                first += arrival[0].count
                // Not by a closure, which would copy the normaliser for each block.
                var index = 0
                while index < unboundMetrics.count {
                    if normaliser.unit(ofMetric: unboundMetrics[index]) == nil {
                        index += 1
                    } else {
                        learned.append((block: block, metric: unboundMetrics.remove(at: index)))
                    }
                }
            }
        }
        batch.slice()
        bookRefusals()
        return learned
    }

    private mutating func bookRefusals() {
        var block = 0
        var end = batch.arrivals.first?.count ?? 0
        for refusal in refusals {
            while refusal.index >= end {
                block += 1
                end += batch.arrivals[block].count
            }
            books.add(
                refusal.reason.column,
                feed: feeds[batch.blocks[block].feed].name,
                reason: refusal.reason.code,
                received: batch.blocks[block].now,
                topic: batch.blocks[block].topic,
                detail: describe(batch.decoded.readings[refusal.index])
            )
        }
    }

    /// A refused reading in words.
    private func describe(_ reading: DecodedReading) -> String {
        let decoded = batch.decoded
        let unit = decoded.string(reading.unit)
        let value: String =
            switch reading.kind {
            case .number, .bool: unit.isEmpty ? "\(reading.value)" : "\(reading.value) \(unit)"
            case .text: "“\(decoded.string(reading.text))”"
            case .data: "\(reading.text.length) bytes"
            case .none: "a sum only"
            }
        let time = reading.time == .never ? "" : " at \(reading.time.rfc3339)"
        return "\(decoded.string(reading.device)) \(decoded.string(reading.metric)) is \(value)\(time)"
    }
}
