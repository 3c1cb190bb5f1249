/// The labels of RFC 8428, by their packed names (``JSONScanner/packed(_:)``).
enum SenMLLabel: UInt64, CaseIterable {
    case bn = 0x6E62
    case bt = 0x7462
    case bu = 0x7562
    case bv = 0x7662
    case bs = 0x7362
    case bver = 0x7265_7662
    case n = 0x6E
    case u = 0x75
    case v = 0x76
    case vs = 0x7376
    case vb = 0x6276
    case vd = 0x6476
    case s = 0x73
    case t = 0x74
    case ut = 0x7475
}
