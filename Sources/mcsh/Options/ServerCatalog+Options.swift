extension ServerCatalog {
    /// Checks the options, and uses a file that was read.
    ///
    /// - Parameter absence: Why there is no file, if there is none.
    init(options: Options, file: ConfigurationFile?, absence: String) throws(OptionFault) {
        self.init(commandLine: try options.poolSettings(), defaultPort: options.port, file: file, absence: absence)
    }

    /// Checks the options, and reads the configuration file unless `--no-config` or `--sandbox` is among them: no pool and
    /// no setting applies to a throw-away server.
    init(options: Options, environment: Environment) throws(OptionFault) {
        let settings = try options.poolSettings()
        guard !options.noConfig, !options.sandbox else {
            let option = options.noConfig ? "--no-config" : "--sandbox"
            self.init(
                commandLine: settings, defaultPort: options.port, file: nil,
                absence: "no configuration file is read with \(option)")
            return
        }
        try self.init(commandLine: settings, defaultPort: options.port, environment: environment)
    }
}
