"""How entities lie in memory: one record per county, township, village and household; packed words per child.

Places are structured arrays (a record each); children are plain arrays, one slot each, because the monthly
passes over them decide the speed of the model. Slots of a household are contiguous, households of a village
are contiguous, villages of a county are contiguous (kind village, other units, then communities), counties
are in the order of their codes.
"""

import numpy as np

NO_MONTH = -1

# Stage of a county on the way from no programme to every village.
STAGE_NONE, STAGE_PILOT, STAGE_UNIVERSAL = 0, 1, 2
# Kind of village-level unit.
KIND_VILLAGE, KIND_COMMUNITY, KIND_OTHER = 0, 1, 2
# State of a social worker's post.
POST_NONE, POST_WANTED, POST_RECRUITING, POST_DESIGNATED, POST_TRAINING, POST_ACTIVE, POST_VACANT = range(7)
POST_STATES = ("none", "wanted", "recruiting", "designated", "training", "active", "vacant")
# Who looks after the children of a household.
CARE_PARENTS, CARE_ONE_PARENT, CARE_GRANDPARENTS, CARE_NONE = range(4)

COUNTY = np.dtype(
    [
        # fixed
        ("key", "u8"),  # seeded key of draws
        ("code", "i4"),
        ("province", "i4"),  # index into the province table
        ("region", "i4"),  # 0 east, 1 central, 2 west
        ("first_village", "i4"),
        ("n_villages", "i4"),
        ("first_township", "i4"),
        ("n_townships", "i4"),
        ("first_slot", "i8"),
        ("n_slots", "i8"),
        ("children", "f8"),  # number of children at the start, also where children are not simulated
        ("fiscal_index", "f8"),  # multiplies desk staff; mean 1 over children
        ("poverty", "f8"),  # share of children in poor households
        ("poor_percentiles", "i4"),  # wealth percentiles below this are poor households
        ("poverty_third", "i4"),  # 0 poorest … 2 least poor third of its region
        ("propensity", "f8"),  # z_c of the adoption hazard
        ("pilot", "i4"),  # 1 for the twelve counties of 2010
        # spread
        ("stage", "i4"),
        ("stage_month", "i4"),
        ("voluntary", "i4"),  # 1 where the county adopted by itself, 0 for a dated wave
        ("posts_allowed", "i4"),  # villages that may have a post by now
        ("posts_funded", "i4"),  # the first so many villages by rank have money for their post
        ("wave_posts", "i4"),  # opened with seats that a dated wave brought
        ("seats", "i4"),  # training seats of this month (envelope), those of waves included
        ("wave_seats", "i4"),  # of these brought by waves
        ("seats_used", "i4"),
        ("next_election", "i4"),  # month of the next village elections
        ("n_posts", "i4"),  # villages whose post is filled (designated, training or active)
        ("n_active", "i4"),  # of these with a trained worker
        ("n_started", "i4"),  # villages whose post was ever filled and is still paid for
        ("n_opened", "i4"),  # villages that ever had a post: the next ranks come after these
        ("evidence", "f8"),  # V_c: visible results of peers, 0–1
        ("effective_coverage", "f8"),  # published at the end of last month
        # money, in fen
        ("budget", "i8"),  # envelope of this month; a large number where it does not bind
        ("spent", "i8"),
    ],
    align=True,
)

PROVINCE = np.dtype(
    [
        # fixed
        ("key", "u8"),  # seeded key of draws
        ("code", "i4"),
        ("region", "i4"),
        ("first_county", "i4"),  # of this world
        ("n_counties", "i4"),  # in this world
        ("n_counties_national", "i4"),  # in the whole country; the same as above in a world of its own
        ("n_villages", "i8"),  # in this world
        ("lag", "f8"),  # months from the mandate's central delay to this province's own
        ("push", "f8"),  # 0–1: how hard the province pushes its counties before a mandate
        # changes
        ("n_adopting", "i4"),  # counties of this world past stage none at the end of last month
        ("adopting_share", "f8"),  # of the province's counties, those outside this world included
        ("trainers", "f8"),  # full-time equivalents, only where seats come from trainers
        ("open_demand", "i4"),  # posts that could be opened this month if seats were free
        ("seats", "i4"),  # offered this month from the national pool
        ("seats_used", "i4"),  # last month
    ],
    align=True,
)

NATION = np.dtype(
    [
        ("key", "u8"),  # seeded key of the run
        ("n_villages", "i8"),  # in this world
        ("village_share", "f8"),  # this world's part of the country's villages: its part of national seats
        ("outside_share", "f8"),  # of counties outside this world adopting at the end of last month
        ("open_demand", "i8"),
        ("seats", "i8"),  # offered this month from the national pool
        ("seats_allotted", "i8"),  # of these given to counties
        ("seats_used", "i8"),  # last month, those of waves included
    ],
    align=True,
)

WAVE = np.dtype(
    [
        ("month_start", "i4"),
        ("month_end", "i4"),  # inclusive: by its end every county has all its posts
        ("posts_per_county", "i4"),
        ("first", "i4"),  # of its places in WAVE_PLACE
        ("n_places", "i4"),
        ("seats_left", "i4"),  # a wave brings its own seats
    ],
    align=True,
)

WAVE_PLACE = np.dtype([("county", "i4"), ("posts_given", "i4")], align=True)

TOWNSHIP = np.dtype(
    [
        ("key", "u8"),
        ("county", "i4"),
        ("n_villages", "i4"),  # not contiguous: villages[v].township says which
        ("supervisor_minutes", "i8"),  # per month on child work
        ("n_posts", "i4"),  # filled posts that share the supervisor
        ("n_slots", "i4"),  # child slots, for the size of its offices
    ],
    align=True,
)

VILLAGE = np.dtype(
    [
        # fixed
        ("key", "u8"),
        ("county", "i4"),
        ("township", "i4"),  # index into all townships
        ("kind", "i4"),
        ("remote", "i4"),  # 1 in the remote stratum
        ("pilot", "i4"),  # 1 for the 120 villages of 2010
        ("hours_to_township", "f8"),  # one way
        ("hours_to_county", "f8"),
        ("poverty", "f8"),  # share of poor households
        ("minority", "f8"),  # share of households, as the next three
        ("left_behind", "f8"),  # share
        ("hiv_affected", "f8"),  # share
        ("migrant", "f8"),  # share
        ("first_household", "i4"),
        ("n_households", "i4"),
        ("first_slot", "i8"),
        ("n_slots", "i4"),
        ("review_offset", "i4"),  # month of the year in which allowances are reviewed
        # post and worker
        ("post", "i4"),
        ("post_month", "i4"),  # when the present state of the post began
        ("start_month", "i4"),  # first month with a filled post, NO_MONTH before
        ("hired_month", "i4"),  # when the present worker came
        ("trained_month", "i4"),  # last training or refresher of the present worker
        ("local", "i4"),  # 1 if the worker is local and speaks the language
        ("dedicated", "i4"),  # 1 for a full post, 0 for a part-time one
        ("skill", "f8"),  # 0–1
        ("motivation", "f8"),  # 0–1
        ("supervision", "f8"),  # 0–1: received share of the norm of supervision
        ("worker_minutes", "i8"),  # this month, before meetings
        # what the worker met; kept by the county kernels
        ("space_month", "i4"),  # when the child-friendly space opened, NO_MONTH before
        ("trust_sum", "i8"),  # of households, in units of 1/65535
        ("n_eligible", "i4"),  # services times children they are for
        ("n_unmet", "i4"),  # open needs of its children
        ("open_cases", "i4"),  # helped cases between found and served
        ("cases_in_hand", "i4"),  # of these whose papers are being gathered
        ("served_recently", "f8"),  # smoothed number of helped cases served per month
        ("listed", "i4"),  # households on the worker's list
        ("due_pointer", "i4"),  # where the next round of follow-ups begins
        ("round_pointer", "i4"),  # where the next round of ordinary visits begins
        ("visits", "i4"),  # this month
        ("visit_budget", "i4"),  # visits that this month's hours allow
        ("paper_minutes", "f8"),  # left this month for papers and for going along
        ("paper_share", "f8"),  # of the cases in hand, those that the worker can attend to this month
        ("support_minutes", "f8"),  # of worker and space, this month, for psychosocial support
        ("helped_served", "i4"),  # helped cases served this month
    ],
    align=True,
)

HOUSEHOLD = np.dtype(
    [
        ("first_slot", "u2"),  # within the village
        ("trust", "u2"),  # in units of 1/65535, as of trust_month
        ("trust_month", "u1"),  # modulo 256
        ("visit_month", "u1"),  # last visit, modulo 256; NEVER where there was none
        ("wealth", "u1"),  # percentile 0–99 within the county
        ("family", "u1"),  # bits below
    ]
)

# Bits of HOUSEHOLD.family
HOUSEHOLD_CARE = 0b11  # caregiver
HOUSEHOLD_STRAINED = 1 << 2  # caregiver does not cope
HOUSEHOLD_MINORITY = 1 << 3
HOUSEHOLD_MIGRANT = 1 << 4
HOUSEHOLD_HIV = 1 << 5
HOUSEHOLD_LISTED = 1 << 6  # on the worker's list: monthly follow-up
HOUSEHOLD_ASKED = 1 << 7  # asked for a visit

# Bits of a child's traits byte
CHILD_FEMALE = 1 << 0
CHILD_DISABLED = 1 << 1
CHILD_UNATTENDED = 1 << 2  # orphan or de facto unattended
CHILD_VISITED = 1 << 3  # ever seen by a worker
CHILD_HIV = 1 << 4
CHILD_PRESENT = 1 << 7  # the slot is occupied

# States of a need, the low bits of a need word.
(
    INELIGIBLE,  # the service is not for this child (age, status)
    CLEAR,  # eligible, no open need and nothing received
    UNMET,  # in need, nobody has acted
    FOUND,  # a worker knows of it; the family has not agreed yet
    GATHERING_ALONE,  # collecting papers without help
    GATHERING_HELPED,
    FILED_ALONE,  # waiting at the desk, applied alone
    FILED_HELPED,
    ADMITTED,  # processed; begins with the next school term
    SERVED,  # receives it, or has the document
    GAVE_UP,
    NOT_ELIGIBLE,  # was told so at the desk
) = range(12)
NEED_STATES = (
    "ineligible", "clear", "unmet", "found", "gathering_alone", "gathering_helped",
    "filed_alone", "filed_helped", "admitted", "served", "gave_up", "not_eligible",
)  # fmt: skip
N_STATES = len(NEED_STATES)
