//! How often the API may be called.

use crate::on_both;
use crate::support::TestServer;

const PATH: &str = "/v1/regios/noord-veluwe/segmenten/1";

fn strict(server: &TestServer) -> TestServer {
    server.start_with_settings(|config| {
        config.api_calls_per_address = Some(5);
        config.api_calls_per_token = Some(3);
    })
}

on_both! {
    fn calls_without_a_token_are_limited_by_address_and_others_by_token(server) {
        let server = strict(server);
        let (first, second) = (server.user("beheerder-regio"), server.user("aanbieder-de-haven"));
        for user in [&first, &second] {
            let statuses: Vec<u16> = (0..4).map(|_| user.get(PATH).status).collect();
            assert_eq!(statuses, [200, 200, 200, 429], "each token has its own limit");
        }
        let anyone = server.anyone();
        let statuses: Vec<u16> = (0..6).map(|_| anyone.get(PATH).status).collect();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 429], "good tokens did not count for the address");
        let refused = anyone.get(PATH);
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
        assert_eq!(refused.json()["code"], "te-veel-verzoeken");
        assert_eq!(refused.header("retry-after"), Some("12"), "five a minute is one in twelve seconds");
        assert_eq!(anyone.clone().with_token("geraden").get(PATH).status, 429, "bad tokens count for the address");
        assert_eq!(server.user("toegang-harderwijk").get(PATH).status, 200, "others at the address do not stop a good token");
        assert_eq!(anyone.send("GET", PATH, &[("Authorization", "geen token")], "").status, 429);
        assert_eq!(server.anyone().get("/zoeken").status, 200, "pages are not limited");
    }
}

on_both! {
    fn only_a_trusted_proxy_speaks_for_others(server) {
        let forwarded = |server: &TestServer, address: &str| {
            server.anyone().send("GET", PATH, &[("X-Forwarded-For", address)], "").status
        };
        let alone = strict(server);
        let statuses: Vec<u16> = (0..6).map(|last| forwarded(&alone, &format!("203.0.113.{last}"))).collect();
        assert_eq!(statuses.last(), Some(&429), "a header that anybody can write does not count");
        let behind = server.start_with_settings(|config| {
            config.api_calls_per_address = Some(1);
            config.trusted_proxies = "127.0.0.1".to_owned().try_into().expect("an address");
        });
        assert_eq!(forwarded(&behind, "203.0.113.1"), 200);
        assert_eq!(forwarded(&behind, "203.0.113.2"), 200, "another visitor has another limit");
        assert_eq!(forwarded(&behind, "203.0.113.1"), 429);
        assert_eq!(forwarded(&behind, "198.51.100.9, 203.0.113.1"), 429, "what the visitor wrote in front does not count");
    }
}
