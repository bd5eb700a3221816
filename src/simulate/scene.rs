//! The scenes: nights with a name, put together from sleepers, sensors and
//! surroundings.

mod part;

use super::plan::{Calibration, Converter, Plan, Sleeper, Stamps};
use super::random::{Random, Stream, log_uniform, stream, uniform};
use crate::recording::Placement;
use part::{
    ankle_band, bedroom, calm_sleeper, disturb, eight_hours, many_faults, restless_legs, starts,
    summer_time_begins, toss_and_turn, trains,
};

/// Declares the scenes, so that each stands in one place with its name and
/// what it is.
macro_rules! scenes {
    ($($scene:ident = $name:literal: $about:literal,)*) => {
        /// A kind of night. What is drawn within it depends on the seed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Scene {
            $(#[doc = $about] $scene,)*
        }

        impl Scene {
            /// All scenes.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$scene),*];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$scene => $name,)* }
            }

            /// What it is, in a line.
            pub fn about(self) -> &'static str {
                match self { $(Self::$scene => $about,)* }
            }
        }
    };
}

scenes! {
    AnklePlm = "ankle-plm": "ankle band, 50 Hz: periodic limb movements in sleep",
    Healthy = "healthy": "ankle band, 50 Hz: an unremarkable night",
    HealthyStarts = "healthy-starts": "ankle band, 50 Hz: hypnic starts, no series",
    MattressPhone = "mattress-phone": "phone on the mattress, 100 Hz: unremarkable",
    Tonic = "tonic": "periodic movements that all hold the leg tilted",
    Phasic = "phasic": "periodic movements that go straight back",
    Weak = "weak": "periodic movements of about a degree",
    Noisy = "noisy": "periodic movements on a sensor with 8 mg of noise",
    Coarse = "coarse": "periodic movements on a sensor with steps of 16 mg, 32 Hz",
    Ankle12Hz = "ankle-12hz": "periodic movements and starts at 12.5 Hz",
    Ankle25Hz = "ankle-25hz": "periodic movements and starts at 25 Hz",
    Ankle100Hz = "ankle-100hz": "periodic movements and starts at 100 Hz",
    Wrist = "wrist": "watch, 50 Hz: hypnic starts",
    WristPlm = "wrist-plm": "watch, 50 Hz: periodic leg movements it cannot feel",
    Waist = "waist": "belt, 30 Hz: periodic leg movements it hardly feels",
    Restless = "restless": "bad sleep, many movements of all kinds, no series",
    RestlessLegs = "restless-legs": "periodic movements asleep and awake, late sleep",
    Rhythmic = "rhythmic": "many rhythmic trains of the foot, no series",
    Disturbed = "disturbed": "phone on a bed with a partner, a pet, doors and traffic",
    SharedBed = "shared-bed": "ankle band: a partner, a pet, doors and traffic, no series",
    Doublets = "doublets": "periodic movements, and pairs 2 to 8 s apart",
    TwoLegs = "two-legs": "periodic movements, a third in the other leg alone",
    Mixed = "mixed": "periodic movements and hypnic starts",
    Gaps = "gaps": "stamped: holes, lost frames, jitter, spikes, a fast clock",
    Drifting = "drifting": "a badly calibrated sensor that drifts with temperature",
    Slipping = "slipping": "a band that creeps around the leg",
    ClockChange = "clock-change": "stamped: the night summer time begins",
    MattressPlm = "mattress-plm": "phone on the mattress: periodic movements",
    MattressStarts = "mattress-starts": "phone on the mattress: hypnic starts",
    Table = "table": "a band left on a table",
    BothLegs = "both-legs": "periodic movements of one leg, the other, and both",
}

use Scene::*;

impl Scene {
    /// The scene of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scene| scene.name() == name)
    }

    /// Draws a night of this scene. Scenes of one seed share the sleeper and the
    /// course of sleep as far as they can, so that sensors can be compared.
    pub fn plan(self, seed: u64) -> Plan {
        let random = &mut stream(seed, Stream::Scene);
        let night = eight_hours(calm_sleeper(random), ankle_band(random), bedroom(random));
        match self {
            AnklePlm => night.with(|s| s.trains = Some(trains(random))),
            Healthy => night,
            HealthyStarts => night.with(|s| s.starts = Some(starts(random))),
            MattressPhone => night.on_mattress(random),
            Tonic | Phasic | Weak | Doublets | TwoLegs | BothLegs | Mixed | RestlessLegs => {
                self.another_pattern(night, random)
            }
            Noisy | Coarse | Ankle12Hz | Ankle25Hz | Ankle100Hz | Gaps | Drifting | Slipping
            | ClockChange => self.another_sensor(night, random),
            Wrist => night.on_wrist().with(|s| s.starts = Some(starts(random))),
            WristPlm => night.on_wrist().with(|s| s.trains = Some(trains(random))),
            Waist => night.on_waist().with(|s| s.trains = Some(trains(random))),
            Restless => night.with(|s| toss_and_turn(s, random)),
            Rhythmic => night.with(|s| s.habits.rhythms_per_hour = uniform(random, 4.0, 8.0)),
            Disturbed => {
                let mut night = night.on_mattress(random);
                disturb(&mut night.surroundings, random);
                night
            }
            SharedBed => {
                let mut night = night;
                disturb(&mut night.surroundings, random);
                night
            }
            MattressPlm => night.with(|s| s.trains = Some(trains(random))).on_mattress(random),
            MattressStarts => night.with(|s| s.starts = Some(starts(random))).on_mattress(random),
            Table => {
                let mut surroundings = night.surroundings.clone();
                surroundings.traffic_per_hour = 3.0;
                Plan { sleeper: None, surroundings, ..night }
            }
        }
    }

    /// Nights that differ from one with periodic movements in how these are.
    fn another_pattern(self, night: Plan, random: &mut Random) -> Plan {
        night.with(|sleeper| {
            let mut periodic = trains(random);
            match self {
                Tonic => (sleeper.limb.tonic_share, sleeper.limb.length_s) = (1.0, 3.8),
                Phasic => (sleeper.limb.tonic_share, sleeper.limb.length_s) = (0.0, 1.4),
                Weak => sleeper.limb.angle_deg = log_uniform(random, 0.6, 1.2),
                Doublets => sleeper.habits.doublets_per_hour = uniform(random, 5.0, 10.0),
                TwoLegs => periodic.other_leg = uniform(random, 0.2, 0.4),
                BothLegs => {
                    periodic.other_leg = uniform(random, 0.2, 0.4);
                    periodic.both_legs = uniform(random, 0.3, 0.6);
                }
                Mixed => sleeper.starts = Some(starts(random)),
                RestlessLegs => restless_legs(sleeper, random),
                _ => {}
            }
            sleeper.trains = Some(periodic);
        })
    }

    /// Nights with periodic movements on another sensor than the usual.
    fn another_sensor(self, night: Plan, random: &mut Random) -> Plan {
        let mut night = night.with(|s| s.trains = Some(trains(random)));
        let sensor = &mut night.sensor;
        match self {
            Noisy => {
                sensor.converter.white_mg = 8.0;
                sensor.converter.flicker_mg = 1.5;
                sensor.converter.step_mg = 3.906_25;
            }
            Coarse => {
                sensor.rate_hz = 32.0;
                sensor.converter.white_mg = 4.0;
                sensor.converter.step_mg = 15.625;
            }
            Ankle12Hz => sensor.rate_hz = 12.5,
            Ankle25Hz => sensor.rate_hz = 25.0,
            Ankle100Hz => sensor.rate_hz = 100.0,
            Gaps => {
                sensor.stamps = Stamps::Iso;
                sensor.faults = many_faults(random);
            }
            Drifting => {
                sensor.converter.flicker_mg = 2.0;
                sensor.calibration =
                    Calibration { gain_error: 0.03, offset_mg: 40.0, drift_mg: 50.0 };
            }
            Slipping => sensor.faults.slip_deg = uniform(random, 50.0, 120.0),
            ClockChange => {
                sensor.stamps = Stamps::Iso;
                night.start = summer_time_begins();
            }
            _ => {}
        }
        if matches!(self, Ankle12Hz | Ankle25Hz | Ankle100Hz) {
            night = night.with(|s| s.starts = Some(starts(random)));
        }
        night
    }
}

impl Plan {
    /// The same night with another sleeper.
    fn with(mut self, change: impl FnOnce(&mut Sleeper)) -> Self {
        if let Some(sleeper) = &mut self.sleeper {
            change(sleeper);
        }
        self
    }

    /// Seen by a phone under the sheet: ±4 g in 16 bits, quiet, moved by every
    /// breath.
    fn on_mattress(mut self, random: &mut Random) -> Self {
        let sensor = &mut self.sensor;
        sensor.placement = Placement::Mattress;
        sensor.side = None;
        sensor.rate_hz = 100.0;
        sensor.converter = Converter {
            white_mg: uniform(random, 0.6, 1.2),
            flicker_mg: uniform(random, 0.1, 0.3),
            step_mg: 0.122,
            full_scale_g: 4.0,
        };
        self.surroundings.breathing_mg = log_uniform(random, 1.5, 5.0);
        self.surroundings.heartbeat_mg = log_uniform(random, 0.8, 2.5);
        self
    }

    fn on_wrist(mut self) -> Self {
        self.sensor.placement = Placement::Wrist;
        self.surroundings.breathing_mg = 0.8;
        self
    }

    fn on_waist(mut self) -> Self {
        self.sensor.placement = Placement::Waist;
        self.sensor.side = None;
        self.sensor.rate_hz = 30.0;
        self.surroundings.breathing_mg = 5.0;
        self.surroundings.heartbeat_mg = 1.0;
        self
    }
}
