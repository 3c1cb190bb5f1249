/// What a unit measures; units of one dimension convert into each other.
///
/// Finer than physics where mixing would mislead: a heart beats in Hz but a source decays in Bq, and a share of the
/// lower explosive limit is no share of volume.
public enum UnitDimension: String, Sendable, Hashable, CaseIterable {
    case ratio
    case explosiveLimit = "share of the lower explosive limit"
    case count
    case length
    case area
    case volume
    case mass
    case duration
    case speed
    case acceleration
    case flow = "volume flow"
    case massFlow = "mass flow"
    case frequency
    case angle
    case solidAngle = "solid angle"
    case temperature
    case pressure
    case concentration = "mass concentration"
    case force
    case energy
    case energyPerLength = "energy per length"
    case power
    case apparentPower = "apparent power"
    case reactivePower = "reactive power"
    case apparentEnergy = "apparent energy"
    case reactiveEnergy = "reactive energy"
    case voltage
    case current
    case charge = "electric charge"
    case resistance
    case conductance
    case conductivity
    case capacitance
    case inductance
    case magneticFlux = "magnetic flux"
    case magneticFluxDensity = "magnetic flux density"
    case illuminance
    case luminousFlux = "luminous flux"
    case luminousIntensity = "luminous intensity"
    case luminance
    case irradiance
    case levelDifference = "level in decibels"
    case powerLevel = "power level in decibels"
    case acidity
    case turbidity
    case amount = "amount of substance"
    case catalyticActivity = "catalytic activity"
    case radioactivity
    case absorbedDose = "absorbed dose"
    case equivalentDose = "equivalent dose"
    case equivalentDoseRate = "equivalent dose rate"
    case information
    case dataRate = "data rate"

    /// The dimension in words, such as `volume flow`, for messages to people.
    public var name: String { rawValue }
}
