"""The works W1, W1b, W2 and W3 in PyTorch eager, to stand beside `cargo xtask bench`.

Run: pip install torch numpy; python tests/peers/pytorch.py [threads]
Prints median milliseconds a training step: 784-300-100-10 (W2: LeNet-5-Caffe), batch 100, Adam
1e-3, inputs with 81 % zeros, KL at its full weight.
"""

import sys
import time

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
N, BATCH, SIZES = 2000, 100, [784, 300, 100, 10]
x = (torch.rand(N, 784) < 0.19) * torch.rand(N, 784)
y = torch.randint(0, 10, (N,))


class Bayes(torch.nn.Module):
    def __init__(self, fan_in, fan_out, local):
        super().__init__()
        self.mean = torch.nn.Parameter(0.02 * torch.randn(fan_in, fan_out))
        self.log_sigma = torch.nn.Parameter(torch.full((fan_in, fan_out), -5.0))
        self.bias = torch.nn.Parameter(torch.zeros(fan_out))
        self.local = local

    def forward(self, x):
        if self.local:
            mean = x @ self.mean + self.bias
            std = torch.sqrt((x * x) @ torch.exp(2 * self.log_sigma) + 1e-8)
            return mean + std * torch.randn_like(mean)
        return x @ (self.mean + torch.exp(self.log_sigma) * torch.randn_like(self.mean)) + self.bias


class BayesConv(torch.nn.Module):
    def __init__(self, channels, filters, kernel):
        super().__init__()
        self.mean = torch.nn.Parameter(0.02 * torch.randn(filters, channels, kernel, kernel))
        self.log_sigma = torch.nn.Parameter(torch.full_like(self.mean, -5.0))
        self.bias = torch.nn.Parameter(torch.zeros(filters))

    def forward(self, x):
        mean = F.conv2d(x, self.mean, self.bias)
        std = torch.sqrt(F.conv2d(x * x, torch.exp(2 * self.log_sigma)) + 1e-8)
        return mean + std * torch.randn_like(mean)


def kl_divergence(layer):
    log_alpha = (2 * layer.log_sigma - 2 * torch.log(layer.mean.abs() + 1e-16)).clamp(-10, 10)
    return -(0.63576 * torch.sigmoid(1.8732 + 1.48695 * log_alpha) - 0.5 * torch.log1p(torch.exp(-log_alpha))).sum()


def stack(layers):
    def forward(x):
        for i, layer in enumerate(layers):
            x = layer(x) if i == 0 else layer(F.relu(x))
        return x
    return forward


def lenet(layers):
    conv1, conv2, dense1, dense2 = layers
    def forward(x):
        x = F.relu(F.max_pool2d(conv1(x.view(-1, 1, 28, 28)), 2))
        x = F.relu(F.max_pool2d(conv2(x), 2))
        return dense2(F.relu(dense1(x.flatten(1))))
    return forward


def median_step(layers, kl, network=stack, warm_up=20, steps=100):
    forward = network(layers)
    optimizer = torch.optim.Adam([p for layer in layers for p in layer.parameters()], lr=1e-3)
    times = []
    for step in range(warm_up + steps):
        rows = slice(step * BATCH % N, step * BATCH % N + BATCH)
        start = time.perf_counter()
        loss = N * F.cross_entropy(forward(x[rows]), y[rows])
        if kl:
            loss = loss + sum(kl_divergence(layer) for layer in layers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        times.append(1e3 * (time.perf_counter() - start))
    return sorted(times[warm_up:])[steps // 2]


pairs = list(zip(SIZES, SIZES[1:]))
print("W1 ", round(median_step([Bayes(i, o, True) for i, o in pairs], True), 2))
print("W1b", round(median_step([Bayes(i, o, False) for i, o in pairs], True), 2))
convolutional = [BayesConv(1, 20, 5), BayesConv(20, 50, 5), Bayes(800, 500, True), Bayes(500, 10, True)]
print("W2 ", round(median_step(convolutional, True, lenet, warm_up=4, steps=20), 2))
print("W3 ", round(median_step([torch.nn.Linear(i, o) for i, o in pairs], False), 2))
