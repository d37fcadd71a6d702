//! Other ways to the same numbers.

use ac_library::MinCostFlowGraph;
use pathfinding::kuhn_munkres::kuhn_munkres_min;
use pathfinding::matrix::Matrix;

use super::instances::Instance;

/// The best sum of classes, and the least cost with it.
pub(super) type Value = (u64, i64);

fn options(instance: &Instance, client: usize) -> impl Iterator<Item = (usize, i64)> {
    let of_client = move |edge: &&crate::assignment::Edge| edge.client as usize == client;
    instance.edges.iter().filter(of_client).map(|edge| (edge.offer as usize, i64::from(edge.cost)))
}

/// Every assignment there is.
pub(super) fn by_brute_force(instance: &Instance) -> Value {
    fn best(instance: &Instance, client: usize, left: &mut [u32]) -> (u64, i64) {
        let Some(who) = instance.clients.get(client) else { return (0, 0) };
        let (classes, cost) = best(instance, client + 1, left);
        let mut found = (classes, cost + i64::from(who.stay));
        for (offer, cost) in options(instance, client) {
            if left[offer] > 0 {
                left[offer] -= 1;
                let (classes, others) = best(instance, client + 1, left);
                left[offer] += 1;
                let with = (classes + u64::from(who.class), others + cost);
                if with.0 > found.0 || with.0 == found.0 && with.1 < found.1 {
                    found = with;
                }
            }
        }
        found
    }
    best(instance, 0, &mut instance.capacities.clone())
}

/// Dense Kuhn-Munkres on single places, and one place to stay for each client. For costs below 2³¹ and few clients a
/// class weighs so much that no costs make up for it.
pub(super) fn by_kuhn_munkres(instance: &Instance) -> Value {
    const CLASS: i128 = 1 << 60;
    let clients = instance.clients.len();
    if clients == 0 {
        return (0, 0);
    }
    let owner: Vec<usize> = (0..)
        .zip(&instance.capacities)
        .flat_map(|(offer, &capacity)| std::iter::repeat_n(offer, capacity as usize))
        .collect();
    let impossible = CLASS * i128::from(u32::MAX);
    let mut weights = Matrix::new(clients, owner.len() + clients, impossible);
    for (at, client) in instance.clients.iter().enumerate() {
        weights[(at, owner.len() + at)] = i128::from(client.stay) + CLASS * i128::from(client.class);
        for (offer, cost) in options(instance, at) {
            for (place, _) in owner.iter().enumerate().filter(|(_, owner)| **owner == offer) {
                weights[(at, place)] = i128::from(cost);
            }
        }
    }
    let (_, chosen) = kuhn_munkres_min(&weights);
    let mut value = (0, 0);
    for ((at, client), place) in instance.clients.iter().enumerate().zip(chosen) {
        if place < owner.len() {
            value.0 += u64::from(client.class);
            value.1 += i64::try_from(weights[(at, place)]).unwrap();
        } else {
            value.1 += i64::from(client.stay);
        }
    }
    value
}

/// Minimum cost flow, without classes.
pub(super) fn by_flow(instance: &Instance) -> i64 {
    let (clients, offers) = (instance.clients.len(), instance.capacities.len());
    let (source, sink) = (clients + offers, clients + offers + 1);
    let mut graph = MinCostFlowGraph::new(sink + 1);
    for (at, client) in instance.clients.iter().enumerate() {
        graph.add_edge(source, at, 1, 0);
        graph.add_edge(at, sink, 1, i64::from(client.stay));
    }
    for edge in &instance.edges {
        graph.add_edge(edge.client as usize, clients + edge.offer as usize, 1, i64::from(edge.cost));
    }
    for (offer, &capacity) in instance.capacities.iter().enumerate() {
        graph.add_edge(clients + offer, sink, i64::from(capacity), 0);
    }
    let (flow, cost) = graph.flow(source, sink, i64::MAX);
    assert_eq!(usize::try_from(flow).unwrap(), clients);
    cost
}

/// The greedy of the matroid with the plainest augmenting paths there are: depth first, by recursion.
pub(super) fn by_greedy(instance: &Instance) -> u64 {
    fn admit(instance: &Instance, client: usize, holders: &mut [Vec<usize>], seen: &mut [bool]) -> bool {
        for (offer, _) in options(instance, client) {
            if std::mem::replace(&mut seen[offer], true) {
                continue;
            }
            if holders[offer].len() < instance.capacities[offer] as usize {
                holders[offer].push(client);
                return true;
            }
            for at in 0..holders[offer].len() {
                let holder = holders[offer][at];
                if admit(instance, holder, holders, seen) {
                    holders[offer][at] = client;
                    return true;
                }
            }
        }
        false
    }
    let mut order: Vec<usize> = (0..instance.clients.len()).collect();
    order.sort_by_key(|&client| std::cmp::Reverse(instance.clients[client].class));
    let offers = instance.capacities.len();
    let mut holders = vec![Vec::new(); offers];
    let mut sum = 0;
    for client in order {
        if admit(instance, client, &mut holders, &mut vec![false; offers]) {
            sum += u64::from(instance.clients[client].class);
        }
    }
    sum
}
