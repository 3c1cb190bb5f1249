/// One SenML record as it stands in the pack, read but not resolved: of labels that stand twice, the last.
struct SenMLRecord {
    /// The labels of a record, or some of them.
    struct Labels: OptionSet {
        let rawValue: UInt16

        static let bn = Labels(rawValue: 1 << 0)
        static let bt = Labels(rawValue: 1 << 1)
        static let bu = Labels(rawValue: 1 << 2)
        static let bv = Labels(rawValue: 1 << 3)
        static let bs = Labels(rawValue: 1 << 4)
        static let bver = Labels(rawValue: 1 << 5)
        static let n = Labels(rawValue: 1 << 6)
        static let u = Labels(rawValue: 1 << 7)
        static let v = Labels(rawValue: 1 << 8)
        static let vs = Labels(rawValue: 1 << 9)
        static let vb = Labels(rawValue: 1 << 10)
        static let vd = Labels(rawValue: 1 << 11)
        static let s = Labels(rawValue: 1 << 12)
        static let t = Labels(rawValue: 1 << 13)
        static let ut = Labels(rawValue: 1 << 14)

        static let base: Labels = [.bn, .bt, .bu, .bv, .bs, .bver]
        static let values: Labels = [.v, .vs, .vb, .vd]
    }

    /// What is there.
    var present: Labels = []
    /// Of it, what has the wrong JSON type.
    var wrongType: Labels = []
    /// Of it, what is a number beyond every double.
    var nonFinite: Labels = []
    /// Whether a label asks to be understood, and is not.
    var mustUnderstand = false

    // Each meaningful only where its label is present and of the right type; without `n` that is empty.
    var bn: JSONText
    var bt = 0.0
    var bu: JSONText
    var bv = 0.0
    var bs = 0.0
    var bver = 0.0
    var n: JSONText
    var u: JSONText
    var v = 0.0
    var vs: JSONText
    var vb = false
    var vd: JSONText
    var s = 0.0
    var t = 0.0
    private var ut = 0.0

    /// Creates an empty record, its strings pointing to `start`.
    init(start: UnsafePointer<UInt8>) {
        let nothing = JSONText(start: start, count: 0, hasEscapes: false)
        (bn, bu, n, u, vs, vd) = (nothing, nothing, nothing, nothing, nothing, nothing)
    }

    /// Replaces this record by the one at the cursor, brace first, inside the pack's array.
    @inline(__always) mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
        present = []
        wrongType = []
        nonFinite = []
        mustUnderstand = false
        n = JSONText(start: scanner.cursor, count: 0, hasEscapes: false)
        scanner.cursor += 1
        scanner.skipSpace()
        if scanner.take(0x7D) { return }
        repeat {
            let name = try scanner.memberName()
            switch name.packed {
            case SenMLLabel.bn.rawValue: bn = try string(&scanner, .bn)
            case SenMLLabel.bt.rawValue: bt = try number(&scanner, .bt)
            case SenMLLabel.bu.rawValue: bu = try string(&scanner, .bu)
            case SenMLLabel.bv.rawValue: bv = try number(&scanner, .bv)
            case SenMLLabel.bs.rawValue: bs = try number(&scanner, .bs)
            case SenMLLabel.bver.rawValue: bver = try number(&scanner, .bver)
            case SenMLLabel.n.rawValue: n = try string(&scanner, .n)
            case SenMLLabel.u.rawValue: u = try string(&scanner, .u)
            case SenMLLabel.v.rawValue: v = try number(&scanner, .v)
            case SenMLLabel.vs.rawValue: vs = try string(&scanner, .vs)
            case SenMLLabel.vb.rawValue: try bool(&scanner)
            case SenMLLabel.vd.rawValue: vd = try string(&scanner, .vd)
            case SenMLLabel.s.rawValue: s = try number(&scanner, .s)
            case SenMLLabel.t.rawValue: t = try number(&scanner, .t)
            case SenMLLabel.ut.rawValue: ut = try number(&scanner, .ut)
            default:
                if name.text.endsWithUnderscore { mustUnderstand = true }
                try scanner.skipValue(depth: 2)
            }
        } while try scanner.moreElements(close: 0x7D)
    }

    @inline(__always)
    private mutating func string(_ scanner: inout JSONScanner, _ label: Labels) throws(JSONFault) -> JSONText {
        guard scanner.next == 0x22 else {
            try skip(&scanner, label)
            return JSONText(start: scanner.cursor, count: 0, hasEscapes: false)
        }
        note(label)
        return try scanner.string()
    }

    @inline(__always)
    private mutating func number(_ scanner: inout JSONScanner, _ label: Labels) throws(JSONFault) -> Double {
        guard scanner.next == 0x2D || scanner.next &- 0x30 < 10 else {
            try skip(&scanner, label)
            return 0
        }
        note(label)
        let number = try scanner.number().value
        if !number.isFinite { nonFinite.insert(label) }
        return number
    }

    private mutating func bool(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard scanner.next == 0x74 || scanner.next == 0x66 else { return try skip(&scanner, .vb) }
        vb = try scanner.bool()
        note(.vb)
    }

    @inline(__always) private mutating func note(_ label: Labels) {
        present.insert(label)
        wrongType.remove(label)
        nonFinite.remove(label)
    }

    private mutating func skip(_ scanner: inout JSONScanner, _ label: Labels) throws(JSONFault) {
        try scanner.skipValue(depth: 2)
        note(label)
        wrongType.insert(label)
    }
}

extension JSONText {
    /// Whether the last character is `_`.
    fileprivate var endsWithUnderscore: Bool {
        hasEscapes ? decoded.last == 0x5F : count > 0 && start[count - 1] == 0x5F
    }
}

extension SenMLRecord.Labels: CustomStringConvertible {
    private static let names = [
        "bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut",
    ]

    /// The labels in backticks, for people.
    var description: String {
        Self.names.indices.filter { contains(Self(rawValue: 1 << UInt16($0))) }.map { "`\(Self.names[$0])`" }
            .joined(separator: ", ")
    }
}
