extension Machine {
  /// Whether a pin is switched to its alternate function, so that a peripheral behind it hears and is heard.
  package func isConnected(_ pin: EmulatedBoard.Pin) -> Bool {
    ports[pin.port]?.isConnected(pin: pin.number, alternateFunction: pin.alternateFunction) ?? false
  }
}
