/// How a function is read from merged panes: the plain ones by place, so that nothing is asked twice.
struct AggregateRecipe {
    private enum Kind: UInt8 { case count, sum, mean, number, difference, other }

    private let kind: Kind
    private let place: Int
    private let minus: Int

    /// The recipe for a function of panes of a form.
    init(_ function: WindowFunction, _ form: PaneForm) {
        var (kind, place, minus) = (Kind.other, 0, 0)
        switch function {
        case .count: kind = .count
        case .sum: (kind, place) = (.sum, form.sum)
        case .mean: (kind, place) = (.mean, form.sum)
        case .min: (kind, place) = (.number, form.extrema)
        case .max: (kind, place) = (.number, form.extrema + MemoryLayout<Double>.stride)
        case .first: (kind, place) = (.number, form.first + MemoryLayout<Int64>.stride)
        case .last: (kind, place) = (.number, form.last)
        case .delta: (kind, place, minus) = (.difference, form.last, form.first + MemoryLayout<Int64>.stride)
        default: break
        }
        (self.kind, self.place, self.minus) = (kind, place, minus)
    }

    /// The value, or `nil` where ``PaneForm/value(_:of:pool:)`` has to be asked.
    @inline(__always)
    func value(of pane: UnsafeRawPointer) -> Double? {
        let value: Double
        switch kind {
        case .count: value = Double(pane.load(as: Pane.self).usable)
        case .sum: value = pane.load(fromByteOffset: place, as: CompensatedSum.self).value
        case .mean:
            value =
                pane.load(fromByteOffset: place, as: CompensatedSum.self).value
                / Double(pane.load(as: Pane.self).usable)
        case .number: value = pane.load(fromByteOffset: place, as: Double.self)
        case .difference:
            value =
                pane.load(fromByteOffset: place, as: Double.self) - pane.load(fromByteOffset: minus, as: Double.self)
        case .other: return nil
        }
        return value.magnitude < .infinity ? value : .nan
    }
}
