//! The audit number: who waits with justified envy.

use super::problem::Problem;

/// The clients who wait although a place that they could have, at a cost below that of staying, is free or held by a
/// client of a lower class (justified envy: Abdulkadiroğlu and Sönmez 2003). Classes go before costs, so to a client
/// with a class every option counts. In an optimum nobody is found.
///
/// Works on any assignment, so that others can be compared: `place_of` gives the offer of a client.
pub fn justified_envy(problem: &Problem, place_of: impl Fn(u32) -> Option<u32>) -> Vec<u32> {
    let mut free: Vec<u32> = problem.capacities.clone();
    let mut lowest = vec![u32::MAX; problem.offer_count()];
    let ids = super::problem::ids(problem.client_count());
    for id in ids.clone() {
        if let Some(offer) = place_of(id) {
            let offer = offer as usize;
            free[offer] = free[offer].saturating_sub(1);
            lowest[offer] = lowest[offer].min(problem.client(id).class);
        }
    }
    let envies = |id: &u32| {
        let client = problem.client(*id);
        place_of(*id).is_none()
            && problem.options(*id).any(|(offer, cost)| {
                let is_wanted = client.class > 0 || cost < i64::from(client.stay);
                let has_holder = problem.capacity(offer) > free[offer as usize];
                let is_held_by_lower = has_holder && lowest[offer as usize] < client.class;
                is_wanted && (free[offer as usize] > 0 || is_held_by_lower)
            })
    };
    ids.filter(envies).collect()
}
