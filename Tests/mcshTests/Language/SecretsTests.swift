import Testing

@testable import mcsh

/// Which lines count as containing a secret.
@Suite struct SecretsTests {
    private static func isIn(_ line: String) -> Bool { Secrets.isIn(Array(line.utf8)) }

    @Test(arguments: [
        "auth me pw", "raw set login 0 0 10", "RAW SET login 0 0 4", "raw \"set\" \"auth\" 0 0 7",
        "repeat 2 raw add login 0 0 1",
        "set password hunter2", "set user:1:password hunter2", "set api_token abc", "set token abc",
        "set api_key 12345",
        "SET Password x", "set \"user.passwd\" x", "add a/secret x", "replace db-pwd x 60", "cas k:apikey x 0 3",
        "ms x:access_key v T60", "mset a 1 user:token 2", "append private_key x", "set dbPass x", "set userPassword x",
        "set --flags 3 password x", "set password << END\nx\nEND", "repeat 2 1s set secret x", "set apiKey x",
        "set aws:secret_access_key x", "set my_credentials x", "prepend client-secret x",
        "set user:1 {\"password\":\"x\"}", "set u {\"name\":\"ann\",\"api_key\" : 7}", "set u {\"authToken\":\"x\"}",
        "set u \"{\\\"password\\\":\\\"x\\\"}\"", "set u {'pwd':'x'}",
        "set u << E\n{\n  \"client_secret\": \"x\"\n}\nE",
        "set x \"passwd: foo\"", "set x 'Password:\"foo\"'", "set q http://h/?access_token=abc&x=1",
        "set q \"secret = x\"",
        "get k | curl --password x", "get k | curl --api-key x", "get k | curl -H 'X-Api-Key: x'",
        "set db postgres://u:pw@h/db", "set r redis://:pw@10.0.0.5:6379", "get k | curl https://ann:pw@example.com/",
        "use user:pw@127.0.0.1:24305", "USE a:1 ann:pw@b:2",
        "set x \"Authorization: Bearer abc\"", "get k | curl -H 'authorization: Basic eA=='", "set x \"Bearer abc\"",
        "set x {\"Authorization\":\"x\"}", "set x \"<password>x</password>\"", "set x '<user><Token>x</Token></user>'",
        "set x 's:8:\"password\";s:1:\"x\";'", "set x \"Cookie: sessionid=x\"", "set x 'Set-Cookie: id=x; Secure'",
        "set key \"-----BEGIN RSA PRIVATE KEY-----\\nMII\"",
        "set x dbpass=q", "set x {\"dbpass\":\"q\"}", "set x --dbpass q", "set x USERPASS=q",
        "set x {\"userpass\":\"q\"}",
        "set userpwd q", "set dbpass q", "set user:1:dbpass q", "set x mypwd=q", "set x {\"adminpwds\":[1]}",
        "set x \"userpass: q\"", "set x 's:6:\"dbpass\";s:1:\"q\";'", "set x <dbpass>q</dbpass>",
        "set x \"<db-password>q</db-password>\"", "set x <a:clientSecret>q</a:clientSecret>", "set db2pass q",
        "set x mypassword=q", "set x dbpasswd=q", "set x mypassphrase=q", "set x mypasscode=q", "set x mysecret=q",
        "set x mytoken=q", "set x mycredentials=q", "set x myapikey=q", "set x compass_pass=q",
    ])
    func `a secret is seen in the forms that people write`(_ line: String) {
        #expect(Self.isIn(line))
    }

    @Test(arguments: [
        "", " ", "get a", "get password", "get user:1:password", "delete token:abc", "get password:reset:42",
        "touch secret 60",
        "set password:reset:42 x", "set session:token:7 x", "set key:1 value", "set keyboard x", "set monkey x",
        "set k tokens",
        "set compass north", "set bypass 1", "set COMPASS north", "set x {\"trespass\":1}", "set x canBypass=1",
        "get k | x --bypass 1", "set x lowpass=3", "set x \"surpass: it\"", "set x <compass>n</compass>",
        "get dbpass", "set x </password>x", "set x a>password>x",
        "set author ann", "set u {\"tokens_left\":3}", "set u {\"passenger\":3}",
        "set u http://example.com:80/a@b", "set mail ann@example.com", "get user:ann@example.com", "use @sessions",
        "set u {\"authorized\":true}", "set a bearer", "stats", "set k v --flags 3", "raw get login",
        "set password_hash x", "set cookie:7 x", "set x {\"cookie\":1}", "set x 'a > password'", "set x <b>token</b>x",
        "keys 'pass*'", "set a ://@", "set a x://y:@z", "help set", "set k -----BEGIN-----",
    ])
    func `what only looks a little like one is none`(_ line: String) {
        #expect(!Self.isIn(line))
    }

    @Test func `any bytes are one or none`() {
        var random = SplitMix(state: 20_261_128)
        let alphabet =
            [
                "password", "token", "key", "api_", "=", ":", "\"", "'", " ", "\\", "--", "://", "@", "set", "raw",
                "use", "a", "\n",
                "-----BEGIN ", "PRIVATE KEY-----", "bearer ", "authorization", "\u{e9}", "S",
            ].map { Array($0.utf8) } + [[0xff], [0], [0x9b]]
        for _ in 0..<50_000 {
            let line = (0..<random.below(9)).flatMap { _ in random.pick(alphabet) }
            _ = Secrets.isIn(line)
        }
    }
}
