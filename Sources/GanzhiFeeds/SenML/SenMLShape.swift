/// A learned shape of SenML records.
struct SenMLShape: LearnedShape {
    // First, so that it is where the whole is.
    private let shape: Shape
    /// The truth value of a record that has one, which is the same for all of them.
    private let truth: Bool

    /// Learns the shape of a record that was read in the general way.
    init?(_ scanner: JSONScanner, from start: UnsafePointer<UInt8>, record: SenMLRecord) {
        guard let shape = Shape(scanner, from: start, field: { SenMLLabel(rawValue: $0)?.field }) else { return nil }
        self.shape = shape
        truth = record.vb
    }

    func deallocate() { shape.deallocate() }

    /// Reads a record, brace at the cursor; false where it is of another shape, or takes a closer look.
    @inline(never)
    static func read(
        _ scanner: inout JSONScanner,
        by learned: UnsafePointer<SenMLShape>,
        into record: inout SenMLRecord
    ) -> Bool {
        let start = scanner.cursor
        return Shape.withValues { values in
            let shape = UnsafeRawPointer(learned).assumingMemoryBound(to: Shape.self)
            guard let fields = Shape.read(&scanner, by: shape, into: values) else { return false }
            return record.take(values, fields: fields, truth: learned.pointee.truth, start: start)
        }
    }
}

extension SenMLLabel {
    /// The label's number among the values of a shape: that of its bit in ``SenMLRecord/Labels``, from 1.
    @inline(__always) var number: Int {
        switch self {
        case .bn: 1
        case .bt: 2
        case .bu: 3
        case .bv: 4
        case .bs: 5
        case .bver: 6
        case .n: 7
        case .u: 8
        case .v: 9
        case .vs: 10
        case .vb: 11
        case .vd: 12
        case .s: 13
        case .t: 14
        case .ut: 15
        }
    }

    fileprivate var field: ShapeField { ShapeField(number: UInt8(number), isRequired: false) }
}

extension SenMLRecord {
    /// Replaces this record by the values of a shape; false where one is to be refused.
    @inline(__always)
    fileprivate mutating func take(
        _ values: Shape.Values,
        fields: UInt32,
        truth: Bool,
        start: UnsafePointer<UInt8>
    ) -> Bool {
        present = Labels(rawValue: UInt16(truncatingIfNeeded: fields >> 1))
        wrongType = []
        nonFinite = []
        mustUnderstand = false
        n =
            present.contains(.n)
            ? values.texts[SenMLLabel.n.number] : JSONText(start: start, count: 0, hasEscapes: false)
        vb = truth
        // A sum is finite only where all of its parts are.
        var sum = 0.0
        if present.contains(.v) {
            v = values.numbers[SenMLLabel.v.number].value
            sum += v
        }
        if present.contains(.t) {
            t = values.numbers[SenMLLabel.t.number].value
            sum += t
        }
        if present.contains(.u) { u = values.texts[SenMLLabel.u.number] }
        if !present.isSubset(of: [.n, .v, .t, .u]) { sum += takeRare(values) }
        return sum.isFinite
    }

    /// Takes what few records have; tells the sum of its numbers.
    @inline(never)
    private mutating func takeRare(_ values: Shape.Values) -> Double {
        func text(_ label: SenMLLabel) -> JSONText { values.texts[label.number] }
        var sum = 0.0
        func number(_ label: SenMLLabel) -> Double {
            let number = values.numbers[label.number].value
            sum += number
            return number
        }
        if present.contains(.bn) { bn = text(.bn) }
        if present.contains(.bt) { bt = number(.bt) }
        if present.contains(.bu) { bu = text(.bu) }
        if present.contains(.bv) { bv = number(.bv) }
        if present.contains(.bs) { bs = number(.bs) }
        if present.contains(.bver) { bver = number(.bver) }
        if present.contains(.vs) { vs = text(.vs) }
        if present.contains(.vd) { vd = text(.vd) }
        if present.contains(.s) { s = number(.s) }
        if present.contains(.ut) { _ = number(.ut) }
        return sum
    }
}
