import numpy as np
import matplotlib.pyplot as plt
import sys

def generate_linear(n=100):
    pts=np.random.uniform(0,1,(n,2))
    inputs=[]
    labels=[]
    for pt in pts:
        inputs.append([pt[0],pt[1]])
        if pt[0]>pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs),np.array(labels).reshape(n,1)

def generate_XOR_easy():
    inputs=[]
    labels=[]
    for i in range(11):
        inputs.append([0.1*i,0.1*i])
        labels.append(0)
        if 0.1*i==0.5:
            continue
        inputs.append([0.1*i,1-0.1*i])
        labels.append(1)
    return np.array(inputs),np.array(labels).reshape(21,1)

def sigmoid(x):
    return 1.0/(1.0+np.exp(-x))

def derivative_sigmoid(x):
    return np.multiply(x,1.0-x)

class backpropagation:
    def __init__(self,input_size,hidden_size_1,hidden_size_2,output_size):
        self.w1=np.random.rand(input_size,hidden_size_1)
        self.w2=np.random.rand(hidden_size_1,hidden_size_2)
        self.w3=np.random.rand(hidden_size_2,output_size)

    def forward(self,input,w1,w2,w3):
        z1=sigmoid(input@w1)
        z2=sigmoid(z1@w2)
        y=sigmoid(z2@w3)
        return z1,z2,y

    def backward(self,input,z1,z2,y,y_hat):
        dL_dy=-(y_hat-y)
        dy=dL_dy*derivative_sigmoid(y)
        grad_w3=z2.T@dy
        dz2=(dy@self.w3.T)*derivative_sigmoid(z2)
        grad_w2=z1.T@dz2
        dz1=(dz2@self.w2.T)*derivative_sigmoid(z1)
        grad_w1=input.T@dz1
        return grad_w1,grad_w2,grad_w3

    def gradient_descent(self,grad_w1,grad_w2,grad_w3,learning_rate):
        self.w1-=learning_rate*grad_w1
        self.w2-=learning_rate*grad_w2
        self.w3-=learning_rate*grad_w3

    def loss(self,y,y_hat):
        return np.mean((y_hat-y)**2)/2

def training(bp,x,y_hat,epoch,learning_rate):
    record=[]
    for i in range(epoch):
        z1,z2,y=bp.forward(x,bp.w1,bp.w2,bp.w3)
        L=bp.loss(y,y_hat)
        g1,g2,g3=bp.backward(x,z1,z2,y,y_hat)
        bp.gradient_descent(g1,g2,g3,learning_rate)
        record.append(L)
        if i%500==0:
            print("epoch ",i," loss : ",L)
    return y,record

if __name__=="__main__":
    x,y_hat=generate_linear(100)
    bp=backpropagation(2,10,10,1)
    y,record=training(bp,x,y_hat,20000,0.1)
    print(y)
    print("accuracy",np.mean(np.round(y)==y_hat))
    x2,y2_hat=generate_XOR_easy()
    bp2=backpropagation(2,10,10,1)
    y2,record2=training(bp2,x2,y2_hat,100000,0.1)
    print(y2)
    print("accuracy",np.mean(np.round(y2)==y2_hat))
    plt.plot(record,label="linear")
    plt.plot(record2,label="XOR")
    plt.legend()
    plt.show()
