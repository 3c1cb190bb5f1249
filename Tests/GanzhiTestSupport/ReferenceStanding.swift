import GanzhiPipeline
import GanzhiWindow

extension Reference.Watch {
    /// What a measure says at an instant: the last window that ended up to it.
    ///
    /// Behind the watermark of a series that holds nothing up, windows hold whatever readings they have.
    func standing(_ number: Int, at instant: Int64) -> Result? {
        let said = standings[number].said
        switch measures[number].window.kind {
        case .hopping:
            let end = grids[number]!.last(upTo: instant)
            return end > watermark ? result(of: hopping(number, ending: end)) : said.last { $0.end == end }?.result
        case .sliding:
            let ends = standings[number].pending.filter { $0 <= instant }
            return ends.max().map { result(of: sliding(number, ending: $0)) }
                ?? said.last { $0.end <= instant }?.result
        case .session:
            return sessions(of: number).last { $0.end <= instant }.map { result(of: $0) }
                ?? said.last { $0.end <= instant }?.result
        }
    }

    /// What a measure says in an eager evaluation.
    ///
    /// - Parameters:
    ///   - time: Time of the reading that is newer than all others.
    ///   - instant: End of that reading's open pane.
    ///   - final: Up to where what stands may have ended.
    func early(_ number: Int, readingAt time: Int64, until instant: Int64, final: Int64) -> Result? {
        let window = measures[number].window
        guard window.kind == .hopping, window.every == scenario.every else {
            return standing(number, at: min(instant, final))
        }
        let end = panes.last(upTo: instant) == instant ? instant : panes.next(after: time)
        let open = hopping(number, ending: end)
        return result(of: open, elapsed: time - open.start)
    }
}
