import matplotlib.pyplot as plt


def show_result(x, y, pred_y):
    #PLOTS
    plt.title("Ground truth")
    plt.plot([0, 1], [0, 1])
    plt.show()
