"""ODIN's crossbar written a second time, from its documentation, over numpy arrays and with none of volley's code: what one layer of its neurons
does with events in a given order. Neurons are visited in order; each event ends with the spike test, the calcium and the flags of those visited."""
import numpy as np


class Odin:
    def __init__(self, weight, threshold, leak=0, sdsp=None):
        """weight: [inputs, neurons] of -7..7, or rows of one sign where they are to learn; sdsp: None, or a dict of its thresholds and periods."""
        self.sign = np.sign(weight)
        self.weight, self.threshold, self.leak, self.sdsp = np.abs(weight), np.asarray(threshold), leak, sdsp
        self.inhibits = (weight < 0).any(axis=1) & ~(weight > 0).any(axis=1)       # a line of zeros excites
        self.reset()

    def reset(self):
        n = len(self.threshold)
        self.v, self.ca, self.since = np.zeros(n, int), np.zeros(n, int), np.zeros(n, int)
        self.up, self.down = np.zeros(n, bool), np.zeros(n, bool)
        self.references = 0

    def settle(self, leaks):
        fired = self.v >= self.threshold
        self.v[fired] = 0
        if self.sdsp:
            s = self.sdsp
            self.ca[fired & ~leaks & (self.ca < 7)] += 1
            self.ca[leaks & ~fired & (self.ca > 0)] -= 1
            high, known = self.v >= s["theta_mem"], self.ca >= s["ca_theta1"]
            self.up, self.down = known & high & (self.ca < s["ca_theta3"]), known & ~high & (self.ca < s["ca_theta2"])
        return list(np.nonzero(fired)[0])

    def line(self, signed, learns, row):
        before = self.weight[row].copy()
        if learns:
            self.weight[row] = np.clip(before + self.up * 1 - self.down * 1, 0, 7)
        self.v = np.clip(self.v + signed * before, 0, 255)
        return self.settle(np.zeros(len(self.v), bool))

    def spike(self, row):
        """Weights of both signs are two lines, the excitatory first."""
        if self.sdsp or not ((self.sign[row] > 0).any() and (self.sign[row] < 0).any()):
            return self.line(-1 if self.inhibits[row] else 1, self.sdsp is not None, row)
        return self.line(self.sign[row] > 0, False, row) + self.line(-1 * (self.sign[row] < 0), False, row)

    def reference(self):
        self.v = np.maximum(0, self.v - self.leak)
        leaks = np.zeros(len(self.v), bool)
        if self.sdsp and self.sdsp["ca_leak"]:
            leaks = self.since + 1 == self.sdsp["ca_leak"]
            self.since = np.where(leaks, 0, (self.since + 1) % 32)
        fired = self.settle(leaks)
        self.references += 1
        if self.sdsp and self.sdsp["bistability"] and self.references % self.sdsp["bistability"] == 0:
            self.weight = np.clip(self.weight + np.where(self.weight >= 4, 1, -1), 0, 7)
        return fired


def run(core, steps, reference_each_step=True):
    """steps: inputs that spike, by step. Time references come between steps and after the last. [(step, neuron)]"""
    spikes = []
    for t, inputs in enumerate(steps):
        if t and reference_each_step:
            spikes += [(t, n) for n in core.reference()]
        for i in inputs:
            spikes += [(t, n) for n in core.spike(i)]
    if reference_each_step:
        spikes += [(len(steps) - 1, n) for n in core.reference()]
    return spikes
